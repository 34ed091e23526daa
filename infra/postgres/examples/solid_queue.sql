-- Solid Queue 1.5.0, followed by the ledger's bridge: Bridge__JobQueue=run_ledger_jobs. Run it in the database of the
-- solid_queue tables, after them in its search path. Rails writes times in UTC without a zone.
--
-- A run is an Active Job, by its active_job_id: retry_on finishes a job's row and makes a new one with the same id, which is
-- the next attempt of one run; so is a failed job that is retried by hand, in the same row. Which of its tables a job is in is
-- its state, and Solid Queue deletes from them: the claim, which alone knows when it began, the failure when it is retried, and
-- the job itself when it is discarded or finished jobs are not preserved. So the file has, beside the view, a table of its own
-- and two triggers that keep the end of each attempt: one row more for each. Attempts are counted from when this file was run.
-- Waiting, scheduled, blocked is queued. A claim that a worker gave back ends nothing: the attempt goes on under its number.
-- Failed is what raised, what retry_on tries again, and what a lost worker had claimed; discarded while it waits is cancelled.
-- A job that was enqueued again without an error (retry_job, an interrupted continuation) was cancelled for the next attempt.
-- Not seen: what ended before this file was run; what discard_on drops, which Solid Queue counts as finished.

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
  run            text NOT NULL,
  attempt        integer NOT NULL,
  queue_name     text NOT NULL,
  class_name     text NOT NULL,
  status         text NOT NULL,
  queued_at      timestamptz NOT NULL,
  started_at     timestamptz,
  ended_at       timestamptz NOT NULL,                   -- older than any retry it may go
  error          text,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (run, attempt)
);
CREATE INDEX IF NOT EXISTS run_ledger_past_transaction_idx ON run_ledger_past (transaction_id);

-- The next attempt at the run of a job: after those that ended, and those of its earlier rows that still run.
CREATE OR REPLACE FUNCTION run_ledger_attempt(of_run text, of_job bigint) RETURNS integer LANGUAGE sql STABLE
SECURITY DEFINER AS $$
  SELECT 1 + coalesce((SELECT max(p.attempt) FROM run_ledger_past p WHERE p.run = of_run), 0) + (
    SELECT count(*)::integer
    FROM solid_queue_jobs j
    JOIN solid_queue_claimed_executions c ON c.job_id = j.id
    WHERE j.active_job_id = of_run AND j.id < of_job)
$$;

CREATE OR REPLACE FUNCTION run_ledger_end(
  job solid_queue_jobs, end_status text, started timestamp, ended timestamp, end_error text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := coalesce(job.active_job_id, job.id::text);
  again solid_queue_jobs;
BEGIN
  IF end_status = 'completed' THEN
    -- It was enqueued again while it ran. What is in the arguments is Active Job's: how often which error was met.
    SELECT j.* INTO again FROM solid_queue_jobs j
    WHERE j.active_job_id = job.active_job_id AND j.id > job.id ORDER BY j.id LIMIT 1;
    IF FOUND THEN
      end_error := nullif(substring(again.arguments from '"exception_executions": *[{]([^}]*)[}]'), '');
      end_status := CASE WHEN end_error IS NULL THEN 'cancelled' ELSE 'failed' END;
      end_error := coalesce('tried again after ' || replace(end_error, '"', ''), 'enqueued again');
    END IF;
  END IF;
  INSERT INTO run_ledger_past (job_id, run, attempt, queue_name, class_name, status, queued_at, started_at, ended_at, error)
  VALUES (
    job.id, name, run_ledger_attempt(name, job.id), job.queue_name, job.class_name, end_status,
    job.created_at AT TIME ZONE 'UTC', started AT TIME ZONE 'UTC', ended AT TIME ZONE 'UTC', left(end_error, 500))
  ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION run_ledger_unclaimed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  job solid_queue_jobs;
  failure solid_queue_failed_executions;
BEGIN
  SELECT j.* INTO job FROM solid_queue_jobs j WHERE j.id = OLD.job_id;
  SELECT f.* INTO failure FROM solid_queue_failed_executions f WHERE f.job_id = OLD.job_id;
  IF failure.id IS NOT NULL THEN
    PERFORM run_ledger_end(job, 'failed', OLD.created_at, failure.created_at,
      concat_ws(': ', substring(failure.error from '"exception_class":"([^"]*)"'),
        coalesce(substring(failure.error from '"message":"((?:[^"\\]|\\.)*)"'), failure.error)));
  ELSIF job.finished_at IS NOT NULL THEN
    PERFORM run_ledger_end(job, 'completed', OLD.created_at, job.finished_at, NULL);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION run_ledger_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  claim solid_queue_claimed_executions;
  ended timestamp := clock_timestamp() AT TIME ZONE 'UTC';
BEGIN
  SELECT c.* INTO claim FROM solid_queue_claimed_executions c WHERE c.job_id = OLD.id;
  IF claim.id IS NOT NULL THEN
    PERFORM run_ledger_end(OLD, 'completed', claim.created_at, ended, NULL);
  ELSIF NOT EXISTS (SELECT FROM solid_queue_failed_executions f WHERE f.job_id = OLD.id) THEN
    PERFORM run_ledger_end(OLD, 'cancelled', NULL, ended, NULL);
  END IF;
  RETURN OLD;
END $$;

-- They are run with the owner's search path, whoever works the queue or reads the view.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION run_ledger_attempt(text, bigint) SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION run_ledger_unclaimed() SET search_path = %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION run_ledger_deleted() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE TRIGGER run_ledger_unclaimed AFTER DELETE ON solid_queue_claimed_executions
  FOR EACH ROW EXECUTE FUNCTION run_ledger_unclaimed();
CREATE OR REPLACE TRIGGER run_ledger_deleted BEFORE DELETE ON solid_queue_jobs
  FOR EACH ROW WHEN (OLD.finished_at IS NULL) EXECUTE FUNCTION run_ledger_deleted();

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  j.transaction_id,
  j.run AS queue_job_id,
  'solid-queue' AS source_name,
  'PROC-CAND:solid-queue:' || j.queue_name AS process_candidate_code,
  j.run AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  j.attempt,
  j.status,
  j.queued_at,
  j.started_at,
  j.ended_at,
  j.class_name AS dot_code,
  j.error AS error_ref,
  jsonb_build_object('job', j.id) AS evidence            -- an end that is read again must say the same: nothing that changes
FROM (
  SELECT
    greatest(
      run_ledger_transaction(j.xmin), run_ledger_transaction(r.xmin), run_ledger_transaction(s.xmin),
      run_ledger_transaction(b.xmin), run_ledger_transaction(c.xmin)) AS transaction_id,
    j.id,
    coalesce(j.active_job_id, j.id::text) AS run,
    j.queue_name,
    j.class_name,
    run_ledger_attempt(coalesce(j.active_job_id, j.id::text), j.id) AS attempt,
    CASE WHEN c.id IS NULL THEN 'queued' ELSE 'running' END AS status,
    j.created_at AT TIME ZONE 'UTC' AS queued_at,
    c.created_at AT TIME ZONE 'UTC' AS started_at,
    NULL::timestamptz AS ended_at,
    NULL AS error
  FROM solid_queue_jobs j
  LEFT JOIN solid_queue_ready_executions r ON r.job_id = j.id
  LEFT JOIN solid_queue_scheduled_executions s ON s.job_id = j.id
  LEFT JOIN solid_queue_blocked_executions b ON b.job_id = j.id
  LEFT JOIN solid_queue_claimed_executions c ON c.job_id = j.id
  WHERE j.finished_at IS NULL
    AND NOT EXISTS (SELECT FROM solid_queue_failed_executions f WHERE f.job_id = j.id)
  UNION ALL
  SELECT
    p.transaction_id, p.job_id, p.run, p.queue_name, p.class_name, p.attempt, p.status, p.queued_at, p.started_at, p.ended_at,
    p.error
  FROM run_ledger_past p
) j;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
