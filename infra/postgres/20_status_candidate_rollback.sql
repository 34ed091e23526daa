DROP INDEX IF EXISTS process_run_archive_status_newest_idx;
CREATE INDEX IF NOT EXISTS process_run_archive_status_newest_idx
  ON process_run_archive (status, created_at DESC, process_run_id DESC) WHERE status <> 'completed';
DROP INDEX IF EXISTS process_run_observation_status_newest_idx;
CREATE INDEX IF NOT EXISTS process_run_observation_status_newest_idx
  ON process_run_observation (status, created_at DESC, process_run_id DESC) WHERE status <> 'completed';
