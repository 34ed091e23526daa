-- A job queue as many a service has one, and the view that lets the ledger's bridge follow it. Nothing of the table is made for
-- the bridge, and the bridge writes nothing here: Bridge__JobQueue=run_ledger_jobs
CREATE TABLE IF NOT EXISTS job_queue (
  id             uuid PRIMARY KEY,
  queue          text NOT NULL,
  correlation_id text,
  state          text NOT NULL DEFAULT 'waiting',    -- waiting, active, done, error, dropped
  attempt        integer NOT NULL DEFAULT 1,
  handler        text,
  error          text,
  stats          jsonb,
  created_at     timestamptz NOT NULL DEFAULT now(),
  taken_at       timestamptz,
  finished_at    timestamptz
);

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  -- The transaction that wrote the row: PostgreSQL's own xmin, which has 32 bits, with the epoch that it leaves out. What is
  -- visible was written before the next transaction. There is no index on it: a large table has a column as event_outbox does,
  -- set by a trigger on update too, or a view that leaves out what ended long ago.
  (x.xmin64 - CASE WHEN x.xmin64 >= x.next64 THEN 4294967296 ELSE 0 END)::text::xid8 AS transaction_id,
  j.id AS queue_job_id,
  'PROC-CAND:queue:' || j.queue AS process_candidate_code,
  coalesce(j.correlation_id, j.id::text) AS correlation_id,
  -- A job of nobody's run is one of its own, which ends with it.
  j.correlation_id IS NULL AS is_run,
  CASE j.state
    WHEN 'waiting' THEN 'queued'
    WHEN 'active' THEN 'running'
    WHEN 'done' THEN 'completed'
    WHEN 'error' THEN 'failed'
    WHEN 'dropped' THEN 'cancelled'
    ELSE j.state
  END AS status,
  j.created_at AS queued_at,
  j.taken_at AS started_at,
  j.finished_at AS ended_at,
  j.attempt,
  j.handler AS dot_code,
  j.error AS error_ref,
  j.stats AS evidence
FROM job_queue j
CROSS JOIN LATERAL (
  SELECT n.next64, n.next64 - n.next64 % 4294967296 + j.xmin::text::bigint AS xmin64
  FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next64) n
) x;

-- Optional: the bridge looks at once, and not with its next poll.
CREATE OR REPLACE FUNCTION job_queue_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY run_ledger_bridge;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER job_queue_notify AFTER INSERT OR UPDATE ON job_queue
  FOR EACH STATEMENT EXECUTE FUNCTION job_queue_notify();

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
