-- Where runs go when their time is over: the columns of the two tables, and when they came here.

CREATE TABLE IF NOT EXISTS process_run_archive (
  process_run_id          uuid PRIMARY KEY,
  process_candidate_code  text NOT NULL,
  process_definition_code text,
  correlation_id          text NOT NULL,
  parent_run_id           uuid,
  status                  text NOT NULL,
  source_system           text NOT NULL,
  idempotency_key         text,
  input_ref               text,
  output_ref              text,
  error_ref               text,
  evidence_ref            jsonb,
  started_at              timestamptz,
  ended_at                timestamptz,
  created_at              timestamptz NOT NULL,
  fold                    bytea,
  last_event_at           timestamptz,
  live_at                 timestamptz,
  deadline_at             timestamptz,
  settled_at              timestamptz,
  archived_at             timestamptz NOT NULL
);

-- The purge: what was archived long enough ago, the oldest first
CREATE INDEX IF NOT EXISTS process_run_archive_archived_idx ON process_run_archive (archived_at, process_run_id);
-- archive restore --month: runs by the month in which they were settled, a slice at a time
CREATE INDEX IF NOT EXISTS process_run_archive_settled_idx ON process_run_archive (settled_at, process_run_id);

-- GET /api/runs/{id}/tree, downwards, below a run that is archived or not
CREATE INDEX IF NOT EXISTS process_run_archive_parent_run_id_idx ON process_run_archive (parent_run_id)
  WHERE parent_run_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS process_component_archive (
  component_run_id uuid PRIMARY KEY,
  process_run_id   uuid NOT NULL,
  parent_run_id    uuid,
  correlation_id   text NOT NULL,
  dot_code         text,
  component_role   text,
  event_code       text,
  queue_job_id     uuid,
  status           text NOT NULL,
  input_ref        text,
  output_ref       text,
  error_ref        text,
  evidence_ref     jsonb,
  idempotency_key  text,
  source_system    text NOT NULL,
  started_at       timestamptz,
  ended_at         timestamptz,
  created_at       timestamptz NOT NULL,
  fold             bytea,
  archived_at      timestamptz NOT NULL
);

-- GET /api/runs/{id}/components of an archived run; and a run that comes back, or is purged, takes its components along.
CREATE INDEX IF NOT EXISTS process_component_archive_process_run_id_idx ON process_component_archive (process_run_id);

-- The pairs of files whose rows have left the tables, entered by the transaction in which they left.
CREATE TABLE IF NOT EXISTS archive_slice (
  slice_id    uuid PRIMARY KEY,
  month       text NOT NULL,
  runs        integer NOT NULL,
  components  integer NOT NULL,
  archived_at timestamptz NOT NULL
);
