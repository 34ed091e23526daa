-- What an older file has not got: as infra/postgres/17_query.sql.
CREATE TABLE archive_unfiled (
  archived_at text PRIMARY KEY
);
INSERT INTO archive_unfiled
  SELECT DISTINCT archived_at FROM process_run_archive
  WHERE archived_at NOT IN (SELECT archived_at FROM archive_slice);
CREATE TABLE archive_returned (
  process_run_id text PRIMARY KEY,
  returned_at    text NOT NULL
);
