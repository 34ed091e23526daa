DROP INDEX IF EXISTS expected_run_waiting_idx;
CREATE INDEX IF NOT EXISTS expected_run_unknown_idx ON expected_run (expectation) WHERE NOT start_known;
ALTER TABLE expectation DROP COLUMN IF EXISTS rechecked_run;
ALTER TABLE expectation DROP COLUMN IF EXISTS rechecked_at;
