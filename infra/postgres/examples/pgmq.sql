-- pgmq 1.13.1, followed by the ledger's bridge: Bridge__JobQueue=run_ledger_jobs. Run it as who owns pgmq's tables, and `SELECT
-- run_ledger_follow()` again after each pgmq.create.
--
-- A message is a run, each read of it is an attempt. Deleted, archived or popped is completed: pgmq takes the message out of
-- its table, so the file has, beside the view, a table of its own and, on each queue, a trigger that keeps the end, a row each.
-- pgmq knows no failure: a message that is read again is tried again, and the read before is cancelled. Who archives what
-- cannot be done says 'failed' in the trigger, where the message is in pgmq.a_QUEUE. A message that can be read again waits
-- under its number until it is: that its time is over nobody writes down, and the bridge sees it with the next read. set_vt
-- into the future is the same for a worker that goes on and for one that gives a message back for later: it runs on.
-- Not seen: what purge_queue and drop_queue take away; where a pgmq has no last_read_at, when a message was read, in place of
-- which it says when it was sent. A queue that is dropped and made again counts from 1 again: it needs another name.

-- The transaction that wrote a row: its xmin, which has 32 bits, with the epoch that PostgreSQL leaves out of it. What is
-- visible was written before the next transaction. One expression, which PostgreSQL puts into the query: it is cheap, but not
-- an index.
CREATE OR REPLACE FUNCTION run_ledger_transaction(row_xmin xid) RETURNS xid8 LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    - (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 - row_xmin::text::bigint + 4294967296) % 4294967296
  )::text::xid8
$$;

CREATE TABLE IF NOT EXISTS run_ledger_past (
  queue          text NOT NULL,
  msg_id         bigint NOT NULL,
  attempt        integer NOT NULL,
  queued_at      timestamptz NOT NULL,
  started_at     timestamptz,
  ended_at       timestamptz NOT NULL DEFAULT clock_timestamp(),   -- what is older than the bridge is ever behind may go
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (queue, msg_id)
);
CREATE INDEX IF NOT EXISTS run_ledger_past_transaction_idx ON run_ledger_past (transaction_id);

CREATE OR REPLACE FUNCTION run_ledger_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO run_ledger_past (queue, msg_id, attempt, queued_at, started_at)
  VALUES (
    TG_ARGV[0],
    OLD.msg_id,
    greatest(OLD.read_ct, 1),
    OLD.enqueued_at,
    CASE
      WHEN OLD.read_ct > 0
      THEN coalesce((to_jsonb(OLD) - 'message' - 'headers' ->> 'last_read_at')::timestamptz, OLD.enqueued_at)
    END
  )
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

-- It is run with the owner's search path, whoever works the queue.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION run_ledger_past() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE FUNCTION run_ledger_follow() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  queue text;
BEGIN
  FOR queue IN SELECT m.queue_name FROM pgmq.meta m LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER run_ledger_past AFTER DELETE ON pgmq.%I FOR EACH ROW EXECUTE FUNCTION run_ledger_past(%L)',
      lower('q_' || queue), queue);
  END LOOP;
END $$;
SELECT run_ledger_follow();

-- The messages of all queues, each of which is a table of its own, without what is in them.
CREATE OR REPLACE FUNCTION run_ledger_messages() RETURNS TABLE (
  transaction_id xid8, queue text, msg_id bigint, read_ct integer, queued_at timestamptz, read_at timestamptz, vt timestamptz
) LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT m.queue_name FROM pgmq.meta m LOOP
    RETURN QUERY EXECUTE format(
      'SELECT run_ledger_transaction(q.xmin), %L::text, q.msg_id, q.read_ct, q.enqueued_at, %s, q.vt FROM pgmq.%I q',
      name,
      CASE
        WHEN EXISTS (
          SELECT FROM pg_attribute a
          WHERE a.attrelid = format('pgmq.%I', lower('q_' || name))::regclass AND a.attname = 'last_read_at')
        THEN 'q.last_read_at'
        ELSE 'NULL::timestamptz'
      END,
      lower('q_' || name));
  END LOOP;
END $$;
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION run_ledger_messages() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE OR REPLACE VIEW run_ledger_jobs AS
SELECT
  m.transaction_id,
  m.msg_id AS queue_job_id,
  'pgmq:' || m.queue AS source_name,                     -- each queue counts from 1
  'PROC-CAND:pgmq:' || m.queue AS process_candidate_code,
  m.msg_id::text AS correlation_id,
  true AS is_run,                                        -- false, and the run's correlation, where events tell of its run
  m.attempt,
  m.status,
  m.queued_at,
  m.started_at,
  m.ended_at,
  m.queue AS dot_code,
  NULL AS error_ref,
  jsonb_build_object('message', m.msg_id) AS evidence    -- an end that is read again must say the same: nothing that changes
FROM (
  SELECT
    m.transaction_id,
    m.queue,
    m.msg_id,
    greatest(m.read_ct, 1) AS attempt,
    CASE WHEN m.read_ct > 0 AND m.vt > clock_timestamp() THEN 'running' ELSE 'queued' END AS status,
    m.queued_at,
    CASE WHEN m.read_ct > 0 AND m.vt > clock_timestamp() THEN coalesce(m.read_at, m.queued_at) END AS started_at,
    NULL::timestamptz AS ended_at
  FROM run_ledger_messages() m
  UNION ALL
  SELECT p.transaction_id, p.queue, p.msg_id, p.attempt, 'completed', p.queued_at, p.started_at, p.ended_at
  FROM run_ledger_past p
) m;

-- The login of ConnectionStrings__Bridge needs no more than this: GRANT SELECT ON run_ledger_jobs TO my_bridge_login;
