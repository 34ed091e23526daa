DROP INDEX IF EXISTS process_run_archive_candidate_idx;
