-- What an older file has not got: how far runs without a known start were looked at again, as
-- infra/postgres/13_expected_unknown.sql.
ALTER TABLE expectation ADD COLUMN rechecked_at text;
ALTER TABLE expectation ADD COLUMN rechecked_run text;
DROP INDEX IF EXISTS expected_run_unknown_idx;
