-- What RunLedger keeps beside the two tables, to merge rows again and to answer quickly.

-- The ranks of a row's columns: what the columns themselves do not say and the next merge needs. First byte: version.
ALTER TABLE process_run_observation ADD COLUMN IF NOT EXISTS fold bytea;
ALTER TABLE process_component_observation ADD COLUMN IF NOT EXISTS fold bytea;

-- GET /api/runs, newest first, a page at a time
CREATE INDEX IF NOT EXISTS process_run_observation_newest_idx ON process_run_observation (created_at DESC, process_run_id DESC);
-- The same for ?candidate= and ?status=, already in order: the planner takes a filter's rows for evenly spread, so without these
-- a candidate or status that is only found far back is looked for among all newer runs. Completed runs are dense wherever one
-- looks: left out, they cost nothing here.
CREATE INDEX IF NOT EXISTS process_run_observation_candidate_newest_idx
  ON process_run_observation (process_candidate_code, created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_observation_status_newest_idx
  ON process_run_observation (status, created_at DESC, process_run_id DESC) WHERE status <> 'completed';

-- Every idempotency key ever given, and the run it names: for ever, also when the run is archived.
CREATE TABLE IF NOT EXISTS process_run_key (
  idempotency_key text PRIMARY KEY,
  process_run_id  uuid NOT NULL
);
-- Two runs become one: the keys move over.
CREATE INDEX IF NOT EXISTS process_run_key_process_run_id_idx ON process_run_key (process_run_id);

-- Ids under which a run is known besides its own.
CREATE TABLE IF NOT EXISTS process_run_alias (
  alias_id       uuid PRIMARY KEY,
  process_run_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS process_run_alias_process_run_id_idx ON process_run_alias (process_run_id);

CREATE TABLE IF NOT EXISTS process_component_key (
  idempotency_key  text PRIMARY KEY,
  component_run_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS process_component_key_component_run_id_idx ON process_component_key (component_run_id);

CREATE TABLE IF NOT EXISTS process_component_alias (
  alias_id         uuid PRIMARY KEY,
  component_run_id uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS process_component_alias_component_run_id_idx ON process_component_alias (component_run_id);

-- What could not be taken. The id is a digest of contract and payload, so that a redelivery is not a second row.
CREATE TABLE IF NOT EXISTS rejected_observation (
  rejected_id  uuid PRIMARY KEY,
  contract     text,
  origin       text NOT NULL,
  content_type text,
  payload      bytea NOT NULL,
  reason       text NOT NULL,
  rejected_at  timestamptz NOT NULL DEFAULT now()
);
-- GET /api/rejected, newest first, a page at a time
CREATE INDEX IF NOT EXISTS rejected_observation_newest_idx ON rejected_observation (rejected_at DESC, rejected_id DESC);

-- GET /api/summary: runs by status, moved in the commit that moves the rows. One set of rows per writer, so that
-- replicas do not wait for one another on them; the sum over writers counts.
CREATE TABLE IF NOT EXISTS run_status_count (
  writer smallint NOT NULL,
  status text NOT NULL,
  runs   bigint NOT NULL,
  PRIMARY KEY (writer, status)
);
