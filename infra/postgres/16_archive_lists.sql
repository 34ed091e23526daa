-- GET /api/runs?archived=true and its like: the lists of runs go on in the archive, by the same orders as in the ledger's table.
CREATE INDEX IF NOT EXISTS process_run_archive_newest_idx ON process_run_archive (created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_archive_candidate_newest_idx
  ON process_run_archive (process_candidate_code, created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_archive_status_newest_idx
  ON process_run_archive (status, created_at DESC, process_run_id DESC) WHERE status <> 'completed';
CREATE INDEX IF NOT EXISTS process_run_archive_correlation_id_idx ON process_run_archive (correlation_id);
-- process_run_archive_candidate_newest_idx begins with what it is of.
DROP INDEX IF EXISTS process_run_archive_candidate_idx;
