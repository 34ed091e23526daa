-- pg-boss 12.38.0 (schema version 46, in the schema pgboss), followed by the ledger's bridge: Bridge__JobQueue=run_ledger_jobs.
--
-- A job is a run. What is done, cancelled or failed stays in pg-boss's table for a week (deletion_seconds) and is read there.
-- But a failure that is followed by another try is written over: pg-boss deletes the job and inserts it again, with no time of
-- the failure. Nor does a job leave anything behind that is deleted before its end. So the file has, beside the view, a table
-- of its own and three triggers, which write one row for each of these, and none for a job that succeeds at once.
-- An attempt is what one worker fetched: pg-boss counts the next one up when it fetches a job that has a started_on, which it
-- keeps while the job waits, and which it clears where it gives one back: then the job goes on under its number. A job that
-- expired or whose heartbeat was lost has failed.
-- Cancelled is no failure. A copy in a dead letter queue is a run of its own; its evidence names the job.
-- Not seen: jobs of a queue that was deleted with its table.

-- The transaction that wrote a row: its xmin, which has 32 bits, with the epoch that PostgreSQL leaves out of it. What is
-- visible was written before the next transaction. One expression, which PostgreSQL puts into the query: it is cheap, but not
-- an index.
CREATE OR REPLACE FUNCTION run_ledger_transaction(row_xmin xid) RETURNS xid8 LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    - (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 - row_xmin::text::bigint + 4294967296) % 4294967296
  )::text::xid8
$$;

CREATE TABLE IF NOT EXISTS run_ledger_past (
  job_id         uuid NOT NULL,
  attempt        integer NOT NULL,
  name           text NOT NULL,
  status         text NOT NULL,
  queued_at      timestamptz NOT NULL,
  started_at     timestamptz,
  ended_at       timestamptz NOT NULL DEFAULT now(),     -- what is older than the bridge is ever behind may go
  output         jsonb,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (job_id, attempt)
);
CREATE INDEX IF NOT EXISTS run_ledger_past_transaction_idx ON run_ledger_past (transaction_id);

CREATE OR REPLACE FUNCTION run_ledger_failed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO run_ledger_past (job_id, attempt, name, status, queued_at, started_at, ended_at, output)
  VALUES (
    NEW.id,
    NEW.retry_count + 1,
    NEW.name,
    'failed',
    NEW.created_on,
    NEW.started_on,
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.completed_on ELSE now() END,
    NEW.output)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION run_ledger_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  -- One that failed is there again when its statement ends.
  IF NOT EXISTS (SELECT FROM pgboss.job j WHERE j.name = OLD.name AND j.id = OLD.id) THEN
    INSERT INTO run_ledger_past (job_id, attempt, name, status, queued_at, started_at)
    VALUES (
      OLD.id,
      OLD.retry_count + 1 + (OLD.state <> 'active' AND OLD.started_on IS NOT NULL)::integer,
      OLD.name,
      'cancelled',
      OLD.created_on,
      CASE WHEN OLD.state = 'active' THEN OLD.started_on END
    )
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

-- They are made with the owner's search path, whoever works the queue.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION run_ledger_failed() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION run_ledger_deleted() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE TRIGGER run_ledger_failed AFTER INSERT ON pgboss.job
  FOR EACH ROW WHEN (NEW.state = 'retry' AND NEW.started_on IS NOT NULL) EXECUTE FUNCTION run_ledger_failed();
-- A job that had failed for good and is retried by hand loses its end.
CREATE OR REPLACE TRIGGER run_ledger_retried AFTER UPDATE ON pgboss.job
  FOR EACH ROW WHEN (OLD.state = 'failed' AND NEW.state = 'retry') EXECUTE FUNCTION run_ledger_failed();
CREATE OR REPLACE TRIGGER run_ledger_deleted AFTER DELETE ON pgboss.job
  FOR EACH ROW WHEN (OLD.state < 'completed') EXECUTE FUNCTION run_ledger_deleted();

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  j.transaction_id,
  j.id AS queue_job_id,
  'pg-boss' AS source_name,
  'PROC-CAND:pg-boss:' || j.name AS process_candidate_code,
  j.id::text AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  j.attempt,
  j.status,
  j.queued_at,
  j.started_at,
  j.ended_at,
  j.name AS dot_code,
  CASE
    WHEN j.status = 'failed'
    THEN left(split_part(coalesce(
      j.output -> 'value' ->> 'message', j.output ->> 'message', j.output ->> 'value', j.output::text), E'\n', 1), 500)
  END AS error_ref,
  j.evidence
FROM (
  SELECT
    run_ledger_transaction(j.xmin) AS transaction_id,
    j.id,
    j.name,
    j.retry_count + 1 + (j.started_on IS NOT NULL AND NOT is_of.is_begun)::integer AS attempt,
    CASE j.state
      WHEN 'active' THEN 'running'
      WHEN 'completed' THEN 'completed'
      WHEN 'cancelled' THEN 'cancelled'
      WHEN 'failed' THEN 'failed'
      ELSE 'queued'                                      -- created, retry
    END AS status,
    j.created_on AS queued_at,
    CASE WHEN is_of.is_begun THEN j.started_on END AS started_at,
    j.completed_on AS ended_at,
    j.output,
    CASE
      WHEN j.source_id IS NOT NULL
      THEN jsonb_build_object('deadLetterOf', j.source_id, 'queue', j.source_name)
    END AS evidence
  FROM pgboss.job j
  CROSS JOIN LATERAL (
    -- start_after is set when a job is put back, later than started_on: so was it waiting when it was cancelled.
    SELECT
      j.state IN ('active', 'failed')
        OR (j.state IN ('completed', 'cancelled') AND j.start_after <= j.started_on) AS is_begun
  ) is_of
  UNION ALL
  SELECT p.transaction_id, p.job_id, p.name, p.attempt, p.status, p.queued_at, p.started_at, p.ended_at, p.output, NULL
  FROM run_ledger_past p
) j;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
