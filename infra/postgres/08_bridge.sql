-- How far the bridge has read somebody's job_queue and event_outbox.
CREATE TABLE IF NOT EXISTS bridge_cursor (
  source      text PRIMARY KEY,
  transaction bigint NOT NULL,               -- of the last row read: the transaction that wrote it
  row_key     text NOT NULL,                 -- and which of that transaction's rows
  moved_at    timestamptz NOT NULL DEFAULT now()
);
