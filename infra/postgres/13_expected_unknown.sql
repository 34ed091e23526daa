-- Runs whose start is not known are looked at again in turn, so many at a time: the last of them that was.
ALTER TABLE expectation ADD COLUMN IF NOT EXISTS rechecked_at timestamptz;
ALTER TABLE expectation ADD COLUMN IF NOT EXISTS rechecked_run uuid;
DROP INDEX IF EXISTS expected_run_unknown_idx;
-- Runs whose start may become known: the newest, and those whose turn it is
CREATE INDEX IF NOT EXISTS expected_run_waiting_idx ON expected_run (expectation, heard_at, process_run_id)
  WHERE NOT start_known;
