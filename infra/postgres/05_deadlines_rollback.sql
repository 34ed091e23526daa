DROP TABLE IF EXISTS sweep_mark;
DROP INDEX IF EXISTS process_run_observation_settled_idx;
DROP INDEX IF EXISTS process_run_observation_deadline_idx;
ALTER TABLE process_run_observation DROP COLUMN IF EXISTS settled_at;
ALTER TABLE process_run_observation DROP COLUMN IF EXISTS deadline_at;
ALTER TABLE process_run_observation DROP COLUMN IF EXISTS live_at;
ALTER TABLE process_run_observation DROP COLUMN IF EXISTS last_event_at;
