CREATE INDEX IF NOT EXISTS process_run_archive_candidate_idx ON process_run_archive (process_candidate_code);
DROP INDEX IF EXISTS process_run_archive_correlation_id_idx;
DROP INDEX IF EXISTS process_run_archive_status_newest_idx;
DROP INDEX IF EXISTS process_run_archive_candidate_newest_idx;
DROP INDEX IF EXISTS process_run_archive_newest_idx;
