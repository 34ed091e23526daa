-- What an older file has not got: deadlines, as infra/postgres/05_deadlines.sql.
ALTER TABLE process_run_observation ADD COLUMN last_event_at text;
ALTER TABLE process_run_observation ADD COLUMN live_at text;
ALTER TABLE process_run_observation ADD COLUMN deadline_at text;
ALTER TABLE process_run_observation ADD COLUMN settled_at text;
CREATE INDEX process_run_observation_deadline_idx ON process_run_observation (deadline_at) WHERE deadline_at IS NOT NULL;
CREATE INDEX process_run_observation_settled_idx ON process_run_observation (settled_at, process_run_id)
  WHERE settled_at IS NOT NULL;
CREATE TABLE sweep_mark (
  name  text PRIMARY KEY,
  value text NOT NULL
);
PRAGMA user_version = 1;
