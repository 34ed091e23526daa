-- Oban 2.23.1 (migration 14), followed by the ledger's bridge: Bridge__JobQueue=run_ledger_jobs. Run it in the database and
-- with the search path of oban_jobs. Read-only: a function and a view.
--
-- A job is a run, its attempts are Oban's. An attempt that failed is told from the job's errors, so that none is missed,
-- however often Oban has written the row since; only the last one's start is still known then.
-- Cancelled is no failure, discarded is. Snoozed, rescued by Lifeline or retried by hand is queued. Snoozing leaves
-- attempted_at where it is: until it is taken again the job waits for the attempt that is next (2.23.1 counts a snoozed
-- attempt, so that one has no end and becomes `cancelled` when the next begins; where an Oban takes it back, the attempt goes
-- on under its number, from its first start).
-- Not seen: a job that was deleted, or pruned before the bridge looked (a minute, unless Pruner's max_age says more).

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
  'oban' AS source_name,                                 -- one number of a job, whichever queue it is moved to
  'PROC-CAND:oban:' || j.queue AS process_candidate_code,
  j.id::text AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  a.attempt,
  a.status,
  j.inserted_at AT TIME ZONE 'UTC' AS queued_at,
  a.started_at AT TIME ZONE 'UTC' AS started_at,
  a.ended_at,
  j.worker AS dot_code,
  left(split_part(a.error, E'\n', 1), 500) AS error_ref,
  jsonb_build_object('job', j.id) AS evidence            -- an end that is read again must say the same: nothing that changes
FROM oban_jobs j
LEFT JOIN LATERAL (
  SELECT e ->> 'error' AS error, (e ->> 'at')::timestamptz AS at
  FROM unnest(j.errors) e
  WHERE (e ->> 'attempt')::integer = j.attempt
  LIMIT 1
) failure ON true
CROSS JOIN LATERAL (
  SELECT
    j.state IN ('executing', 'completed', 'discarded')
      -- Oban sets scheduled_at when it puts a job back, later than attempted_at, and not when it rescues one.
      OR (j.scheduled_at <= j.attempted_at AND (j.state = 'cancelled' OR failure.error IS NULL)) AS is_begun
) is_of
CROSS JOIN LATERAL (
  -- The attempt that the job's state is of: the last that was begun, or the one that it waits for.
  SELECT
    CASE WHEN is_of.is_begun THEN greatest(j.attempt, 1) ELSE j.attempt + 1 END AS attempt,
    CASE j.state
      WHEN 'executing' THEN 'running'
      WHEN 'completed' THEN 'completed'
      WHEN 'discarded' THEN 'failed'
      WHEN 'cancelled' THEN 'cancelled'
      ELSE 'queued'                                      -- available, scheduled, retryable, suspended
    END AS status,
    CASE
      WHEN is_of.is_begun AND j.state IN ('executing', 'completed', 'discarded', 'cancelled') THEN j.attempted_at
    END AS started_at,
    CASE
      WHEN j.state = 'completed' THEN j.completed_at AT TIME ZONE 'UTC'
      WHEN j.state = 'discarded' THEN coalesce(failure.at, j.discarded_at AT TIME ZONE 'UTC')
      WHEN j.state = 'cancelled' AND is_of.is_begun THEN coalesce(failure.at, j.cancelled_at AT TIME ZONE 'UTC')
      WHEN j.state = 'cancelled' THEN j.cancelled_at AT TIME ZONE 'UTC'
    END AS ended_at,
    CASE
      WHEN j.state = 'discarded' THEN coalesce(failure.error, 'rescued after its last attempt: its worker was lost')
      WHEN j.state = 'cancelled' AND is_of.is_begun THEN failure.error
    END AS error
  UNION ALL
  -- Those before it that failed.
  (SELECT DISTINCT ON ((e.error ->> 'attempt')::integer)
    (e.error ->> 'attempt')::integer,
    -- A job that was cancelled and then retried by hand keeps the reason here.
    CASE WHEN e.error ->> 'error' LIKE '%(Oban.PerformError)%failed with {:cancel, %' THEN 'cancelled' ELSE 'failed' END,
    CASE WHEN (e.error ->> 'attempt')::integer = j.attempt THEN j.attempted_at END,
    (e.error ->> 'at')::timestamptz,
    e.error ->> 'error'
  FROM unnest(j.errors) WITH ORDINALITY e (error, n)
  WHERE (e.error ->> 'attempt')::integer < j.attempt + (NOT is_of.is_begun)::integer
  ORDER BY (e.error ->> 'attempt')::integer, n)
) a;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
