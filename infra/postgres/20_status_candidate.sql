-- GET /api/runs?candidate=&status= where the two hardly ever meet, such as the failures of a candidate that never
-- failed: they are looked for in the index alone, and not in every run of the one or the other.
DROP INDEX IF EXISTS process_run_observation_status_newest_idx;
CREATE INDEX IF NOT EXISTS process_run_observation_status_newest_idx
  ON process_run_observation (status, created_at DESC, process_run_id DESC, process_candidate_code)
  WHERE status <> 'completed';
DROP INDEX IF EXISTS process_run_archive_status_newest_idx;
CREATE INDEX IF NOT EXISTS process_run_archive_status_newest_idx
  ON process_run_archive (status, created_at DESC, process_run_id DESC, process_candidate_code)
  WHERE status <> 'completed';
