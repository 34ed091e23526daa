-- graphile-worker 0.18.0 (migration 20, in the schema graphile_worker), followed by the ledger's bridge:
-- Bridge__JobQueue=run_ledger_jobs.
--
-- A job is a run. graphile-worker deletes what is done and writes over what failed, so the file has, beside the view, a table
-- of its own and two triggers that keep the end of each attempt: one row more for each. `_private_jobs` is not what that
-- project promises to keep: look here after an update.
-- An attempt lasts from a lock to its end, and is counted from when this file was run. The column `attempts` is not used: it
-- falls to 0 when a job is replaced by its key, and rises to max_attempts at once when a running job is removed or replaced
-- (its locked_at stays: one attempt, which ends as it ends). Given back (a worker that shuts down) ends nothing: the attempt
-- goes on under its number, from its first start. One whose lock was taken away (four hours, force_unlock_workers) is
-- cancelled, as is a job that is removed, or completed by hand, while it waits. Failed by hand is failed.
-- Not seen: what had failed for good before this file was run; a truncated table.

-- The transaction that wrote a row: its xmin, which has 32 bits, with the epoch that PostgreSQL leaves out of it. What is
-- visible was written before the next transaction. One expression, which PostgreSQL puts into the query: it is cheap, but not
-- an index.
CREATE OR REPLACE FUNCTION run_ledger_transaction(row_xmin xid) RETURNS xid8 LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    - (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 - row_xmin::text::bigint + 4294967296) % 4294967296
  )::text::xid8
$$;

CREATE TABLE IF NOT EXISTS run_ledger_past (
  job_id         bigint NOT NULL,
  attempt        integer NOT NULL,
  task           text NOT NULL,
  status         text NOT NULL,
  queued_at      timestamptz NOT NULL,
  started_at     timestamptz,
  ended_at       timestamptz NOT NULL DEFAULT clock_timestamp(),   -- older than any retry it may go
  error          text,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (job_id, attempt)
);
CREATE INDEX IF NOT EXISTS run_ledger_past_transaction_idx ON run_ledger_past (transaction_id);

CREATE OR REPLACE FUNCTION run_ledger_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO run_ledger_past (job_id, attempt, task, status, queued_at, started_at, error)
  SELECT
    OLD.id,
    1 + coalesce((SELECT max(p.attempt) FROM run_ledger_past p WHERE p.job_id = OLD.id), 0),
    t.identifier,
    CASE
      WHEN TG_OP = 'DELETE' AND OLD.locked_at IS NOT NULL THEN 'completed'
      WHEN TG_OP = 'DELETE' THEN 'cancelled'
      -- A failure is put off by seconds; a lock that is taken away is not.
      WHEN OLD.locked_at IS NULL OR (NEW.last_error IS NOT NULL AND NEW.run_at > now() + interval '1 second') THEN 'failed'
      ELSE 'cancelled'
    END,
    OLD.created_at,
    OLD.locked_at,
    CASE WHEN TG_OP = 'UPDATE' THEN left(NEW.last_error, 500) END
  FROM graphile_worker._private_tasks t
  WHERE t.id = OLD.task_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

-- It is run with the owner's search path, whoever works the queue.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION run_ledger_past() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE TRIGGER run_ledger_updated AFTER UPDATE ON graphile_worker._private_jobs
  FOR EACH ROW WHEN (
    (OLD.locked_at IS NOT NULL AND NEW.locked_at IS NULL AND NEW.attempts >= OLD.attempts)
    OR (OLD.is_available AND NOT NEW.is_available AND NEW.locked_at IS NULL AND NEW.last_error IS NOT NULL)
  ) EXECUTE FUNCTION run_ledger_past();
-- What had failed for good is deleted by cleanup: that is no end.
CREATE OR REPLACE TRIGGER run_ledger_deleted AFTER DELETE ON graphile_worker._private_jobs
  FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL OR OLD.is_available) EXECUTE FUNCTION run_ledger_past();

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  j.transaction_id,
  j.id AS queue_job_id,
  'graphile-worker' AS source_name,
  'PROC-CAND:graphile-worker:' || j.task AS process_candidate_code,
  j.id::text AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  j.attempt,
  j.status,
  j.queued_at,
  j.started_at,
  j.ended_at,
  j.task AS dot_code,
  split_part(j.error, E'\n', 1) AS error_ref,
  jsonb_build_object('job', j.id) AS evidence            -- an end that is read again must say the same: nothing that changes
FROM (
  SELECT
    run_ledger_transaction(j.xmin) AS transaction_id,
    j.id,
    t.identifier AS task,
    1 + coalesce((SELECT max(p.attempt) FROM run_ledger_past p WHERE p.job_id = j.id), 0) AS attempt,
    CASE WHEN j.locked_at IS NULL THEN 'queued' ELSE 'running' END AS status,
    j.created_at AS queued_at,
    j.locked_at AS started_at,
    NULL::timestamptz AS ended_at,
    NULL AS error
  FROM graphile_worker._private_jobs j
  JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  WHERE j.locked_at IS NOT NULL OR j.is_available
  UNION ALL
  SELECT p.transaction_id, p.job_id, p.task, p.attempt, p.status, p.queued_at, p.started_at, p.ended_at, p.error
  FROM run_ledger_past p
) j;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
