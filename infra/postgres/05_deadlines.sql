-- What the ledger knows of a run by its own clock: deadlines, and when a run was settled.

ALTER TABLE process_run_observation ADD COLUMN IF NOT EXISTS last_event_at timestamptz;
ALTER TABLE process_run_observation ADD COLUMN IF NOT EXISTS live_at timestamptz;
ALTER TABLE process_run_observation ADD COLUMN IF NOT EXISTS deadline_at timestamptz;
ALTER TABLE process_run_observation ADD COLUMN IF NOT EXISTS settled_at timestamptz;

-- The sweep: runs whose deadline is due, the longest due first. Ended runs have none.
CREATE INDEX IF NOT EXISTS process_run_observation_deadline_idx ON process_run_observation (deadline_at)
  WHERE deadline_at IS NOT NULL;
-- The sweep for components of ended runs, and retention: runs by the time they were settled.
CREATE INDEX IF NOT EXISTS process_run_observation_settled_idx ON process_run_observation (settled_at, process_run_id)
  WHERE settled_at IS NOT NULL;

-- Where sweeps are: how far they looked, and by which policies.
CREATE TABLE IF NOT EXISTS sweep_mark (
  name  text PRIMARY KEY,
  value text NOT NULL
);
