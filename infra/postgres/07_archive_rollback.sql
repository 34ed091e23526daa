DROP TABLE IF EXISTS archive_slice;
DROP TABLE IF EXISTS process_component_archive;
DROP TABLE IF EXISTS process_run_archive;
