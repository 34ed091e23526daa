-- GET /api/candidates/{code}/dossier: the archived runs of a candidate
CREATE INDEX IF NOT EXISTS process_run_archive_candidate_idx ON process_run_archive (process_candidate_code);
