DROP TABLE IF EXISTS archive_returned;
DROP TABLE IF EXISTS archive_unfiled;
