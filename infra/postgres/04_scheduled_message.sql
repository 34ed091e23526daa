-- Messages that wait for their time, and outgoing messages, which are due now: both scheduler and outbox.

CREATE TABLE IF NOT EXISTS scheduled_message (
  token         uuid PRIMARY KEY,
  due_at        timestamptz NOT NULL,              -- of a cancellation without its message: when it is forgotten
  position      bigint GENERATED ALWAYS AS IDENTITY,
  sent_at       timestamptz NOT NULL,              -- when it was asked for, by the clock of who asked
  run_id        uuid,                              -- messages of one run go out in the order of their positions
  destination   text,                              -- none: published by its type
  message_types text NOT NULL DEFAULT '',          -- URNs, joined by semicolons as in the header MT-MessageType
  message_id    uuid,                              -- the same however often the message is sent
  headers       jsonb NOT NULL DEFAULT '{}',       -- ids, addresses and headers it is sent with
  content_type  text NOT NULL DEFAULT '',
  body          bytea NOT NULL DEFAULT '',
  repeat_every  interval,                          -- of a recurring message, which is moved on and not deleted
  cancelled_at  timestamptz                        -- a cancellation that came before its message
);

-- Dispatcher, after every commit and once a second: what is due, in order; and when the next is due.
CREATE INDEX IF NOT EXISTS scheduled_message_due_idx ON scheduled_message (due_at, position) WHERE cancelled_at IS NULL;
-- Dispatcher: is an earlier message of this run still unsent; which others of this run are due.
CREATE INDEX IF NOT EXISTS scheduled_message_run_idx ON scheduled_message (run_id, position) WHERE run_id IS NOT NULL;
-- Dispatcher, once an hour: cancellations to forget.
CREATE INDEX IF NOT EXISTS scheduled_message_cancelled_idx ON scheduled_message (due_at) WHERE cancelled_at IS NOT NULL;
