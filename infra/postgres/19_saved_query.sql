-- Statements of SQL that somebody saved on the page, for everybody who may ask.
CREATE TABLE IF NOT EXISTS saved_query (
  name     text PRIMARY KEY,
  sql      text NOT NULL,
  saved_by text NOT NULL,
  saved_at timestamptz NOT NULL
);

-- GET /api/runs?q= of a job of the queue, with archived=true.
CREATE INDEX IF NOT EXISTS process_component_archive_queue_job_id_idx ON process_component_archive (queue_job_id)
  WHERE queue_job_id IS NOT NULL;

-- One kind of action, newest first: GET /api/actions?action=.
CREATE INDEX IF NOT EXISTS operator_action_kind_idx ON operator_action (action, at DESC, id DESC);
