DROP TABLE IF EXISTS run_status_count;
DROP TABLE IF EXISTS rejected_observation;
DROP TABLE IF EXISTS process_component_alias;
DROP TABLE IF EXISTS process_component_key;
DROP TABLE IF EXISTS process_run_alias;
DROP TABLE IF EXISTS process_run_key;
DROP INDEX IF EXISTS process_run_observation_newest_idx;
ALTER TABLE process_component_observation DROP COLUMN IF EXISTS fold;
ALTER TABLE process_run_observation DROP COLUMN IF EXISTS fold;
