-- River 0.43.0 (migration 7), followed by the ledger's bridge: Bridge__JobQueue=run_ledger_jobs. Run it in the database and
-- with the search path of river_job. Read-only: a function and a view.
--
-- A job is a run, its attempts are River's. An attempt that failed is told from the job's errors, so that none is missed. River
-- notes there when such an attempt BEGAN (`at`; its rescuer notes when it found the job), and keeps no time of the failure but
-- that of the last, in finalized_at: an attempt that is followed by another ends, here, when it began. A discarded or
-- cancelled job that is retried by hand loses finalized_at: its attempt is then told with both ends, which the ledger notes.
-- Cancelled is no failure, nor is a job that was dropped for another with its unique key; discarded is. A snooze takes the
-- attempt back and leaves attempted_at: the job waits under that number, and the attempt goes on from its first start.
-- Not seen: a job that was deleted. River's cleaner leaves a day to see the others, by default.

-- The transaction that wrote a row: its xmin, which has 32 bits, with the epoch that PostgreSQL leaves out of it. What is
-- visible was written before the next transaction. One expression, which PostgreSQL puts into the query: it is cheap, but not
-- an index.
CREATE OR REPLACE FUNCTION run_ledger_transaction(row_xmin xid) RETURNS xid8 LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    - (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 - row_xmin::text::bigint + 4294967296) % 4294967296
  )::text::xid8
$$;

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  run_ledger_transaction(j.xmin) AS transaction_id,
  j.id AS queue_job_id,
  'river' AS source_name,                                -- one number of a job, whichever queue it is moved to
  'PROC-CAND:river:' || j.queue AS process_candidate_code,
  j.id::text AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  a.attempt,
  a.status,
  j.created_at AS queued_at,
  a.started_at,
  a.ended_at,
  j.kind AS dot_code,
  left(split_part(a.error, E'\n', 1), 500) AS error_ref,
  jsonb_build_object('job', j.id) AS evidence            -- an end that is read again must say the same: nothing that changes
FROM river_job j
LEFT JOIN LATERAL (
  SELECT e ->> 'error' AS error FROM unnest(j.errors) e WHERE (e ->> 'attempt')::integer = j.attempt LIMIT 1
) failure ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN j.state = 'discarded' AND j.metadata ? 'unique_key_conflict' THEN 'cancelled' ELSE j.state::text END AS state
) said
CROSS JOIN LATERAL (
  SELECT
    said.state IN ('running', 'completed', 'discarded')
      -- River sets scheduled_at when it puts a job back, later than attempted_at, and leaves it while the job runs.
      OR (j.scheduled_at <= j.attempted_at AND (said.state = 'cancelled' OR failure.error IS NULL)) AS is_begun
) is_of
CROSS JOIN LATERAL (
  -- The attempt that the job's state is of: the last that was begun, or the one that it waits for.
  SELECT
    CASE WHEN is_of.is_begun THEN greatest(j.attempt, 1) ELSE j.attempt + 1 END AS attempt,
    CASE said.state
      WHEN 'running' THEN 'running'
      WHEN 'completed' THEN 'completed'
      WHEN 'discarded' THEN 'failed'
      WHEN 'cancelled' THEN 'cancelled'
      ELSE 'queued'                                      -- available, scheduled, retryable, pending
    END AS status,
    CASE
      WHEN is_of.is_begun AND said.state IN ('running', 'completed', 'discarded', 'cancelled') THEN j.attempted_at
    END AS started_at,
    j.finalized_at AS ended_at,
    CASE
      WHEN said.state <> j.state::text THEN 'another job has its unique key'
      WHEN said.state = 'discarded' OR (said.state = 'cancelled' AND is_of.is_begun) THEN failure.error
    END AS error
  UNION ALL
  -- Those before it that failed.
  (SELECT DISTINCT ON ((e.error ->> 'attempt')::integer)
    (e.error ->> 'attempt')::integer,
    -- A job that was cancelled and then retried by hand keeps the reason here.
    CASE WHEN e.error ->> 'error' LIKE 'JobCancelError:%' THEN 'cancelled' ELSE 'failed' END,
    CASE
      WHEN (e.error ->> 'attempt')::integer = j.attempt THEN j.attempted_at
      ELSE (e.error ->> 'at')::timestamptz
    END,
    (e.error ->> 'at')::timestamptz,
    e.error ->> 'error'
  FROM unnest(j.errors) WITH ORDINALITY e (error, n)
  WHERE (e.error ->> 'attempt')::integer < j.attempt + (NOT is_of.is_begun)::integer
  ORDER BY (e.error ->> 'attempt')::integer, n)
) a;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
