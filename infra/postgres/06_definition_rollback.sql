DROP TABLE IF EXISTS process_definition;
