-- An outbox of events, and the view that lets the ledger's bridge follow it: Bridge__EventOutbox=run_ledger_events
CREATE TABLE IF NOT EXISTS event_outbox (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type     text NOT NULL,
  correlation_id text NOT NULL,
  process        text NOT NULL,
  job_id         uuid,
  attempt        integer NOT NULL DEFAULT 1,
  payload        jsonb,
  occurred_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- An id is given before its row is committed, so that lower ones may appear after higher ones. The transaction tells when
  -- all rows before a row are there.
  transaction_id xid8 DEFAULT pg_current_xact_id()
);
CREATE INDEX IF NOT EXISTS event_outbox_transaction_idx ON event_outbox (transaction_id);

CREATE OR REPLACE VIEW run_ledger_events AS
SELECT
  e.transaction_id,
  e.id AS event_id,
  CASE e.event_type
    WHEN 'process.started' THEN 'RunStarted'
    WHEN 'process.finished' THEN 'RunCompleted'
    WHEN 'process.failed' THEN 'RunFailed'
    WHEN 'process.cancelled' THEN 'RunCancelled'
    WHEN 'job.started' THEN 'StepStarted'
    WHEN 'job.finished' THEN 'StepCompleted'
    WHEN 'job.failed' THEN 'StepFailed'
    ELSE e.event_type
  END AS event_type,
  'PROC-CAND:queue:' || e.process AS process_candidate_code,
  e.correlation_id,
  e.job_id AS queue_job_id,
  e.attempt,                    -- as in the queue: a job that is tried again is another component
  e.payload ->> 'error' AS error_ref,
  e.payload AS evidence,
  e.occurred_at
FROM event_outbox e;

-- Optional: the bridge looks at once, and not with its next poll.
CREATE OR REPLACE FUNCTION event_outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY run_ledger_bridge;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_outbox_notify AFTER INSERT ON event_outbox
  FOR EACH STATEMENT EXECUTE FUNCTION event_outbox_notify();

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_events TO my_bridge_login;
