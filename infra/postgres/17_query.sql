-- For SQL over all runs, wherever they are: what of the archive is in no file, and which runs came back from it.

-- The moments at which slices left the ledger's tables without files.
CREATE TABLE IF NOT EXISTS archive_unfiled (
  archived_at timestamptz PRIMARY KEY
);
INSERT INTO archive_unfiled
  SELECT DISTINCT archived_at FROM process_run_archive a
  WHERE NOT EXISTS (SELECT FROM archive_slice s WHERE s.archived_at = a.archived_at)
  ON CONFLICT DO NOTHING;

-- Runs that came back: what files have of them, settled before that, is void.
CREATE TABLE IF NOT EXISTS archive_returned (
  process_run_id uuid PRIMARY KEY,
  returned_at    timestamptz NOT NULL
);
