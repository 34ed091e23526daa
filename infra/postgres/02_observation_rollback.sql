DROP TABLE IF EXISTS process_component_observation;
DROP TABLE IF EXISTS process_run_observation;
