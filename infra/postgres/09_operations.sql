-- What an operator does and looks at: rejected rows that are sent again or discarded, failures that are acknowledged, what was
-- done by whom, and which replicas are alive.

-- Of contract and reason, with ids, numbers and the like folded; null on rows of before, until a service fills it.
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS fingerprint text;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'open'
  CHECK (state IN ('open', 'resending', 'resent', 'discarded'));
-- What is sent in place of the payload, which stays as it came.
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS corrected bytea;
-- The operator_action that took the row last, and since when it is at it.
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS action_id uuid;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS claimed_at timestamptz;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS handled_at timestamptz;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS handled_by text;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS handled_reason text;
ALTER TABLE rejected_observation ADD COLUMN IF NOT EXISTS outcome text;

-- GET /api/rejected/groups: the newest open rows, counted from the index alone
CREATE INDEX IF NOT EXISTS rejected_observation_open_idx ON rejected_observation (rejected_at DESC, rejected_id DESC, fingerprint)
  WHERE state = 'open';
-- A group, a slice at a time, and its newest row
CREATE INDEX IF NOT EXISTS rejected_observation_group_idx ON rejected_observation (fingerprint, rejected_at DESC, rejected_id DESC)
  WHERE state = 'open';
-- Rows whose service went away before it said what became of them
CREATE INDEX IF NOT EXISTS rejected_observation_claimed_idx ON rejected_observation (claimed_at) WHERE state = 'resending';
-- Rows of before, to be given their fingerprint
CREATE INDEX IF NOT EXISTS rejected_observation_unnamed_idx ON rejected_observation (rejected_id) WHERE fingerprint IS NULL;

-- What people did, and what became of it; without an outcome it goes on.
CREATE TABLE IF NOT EXISTS operator_action (
  id      uuid PRIMARY KEY,
  at      timestamptz NOT NULL,
  who     text NOT NULL,
  action  text NOT NULL,
  subject text NOT NULL,
  reason  text,
  detail  jsonb,
  outcome text
);
-- GET /api/actions, newest first, a page at a time
CREATE INDEX IF NOT EXISTS operator_action_newest_idx ON operator_action (at DESC, id DESC);
-- Work on groups that goes on
CREATE INDEX IF NOT EXISTS operator_action_unfinished_idx ON operator_action (at) WHERE outcome IS NULL;

-- What people say of a group of failures; a failure after acknowledged_until shows it again.
CREATE TABLE IF NOT EXISTS failure_group (
  fingerprint        text PRIMARY KEY,
  acknowledged_at    timestamptz,
  acknowledged_by    text,
  acknowledged_until timestamptz,
  note               text,
  noted_at           timestamptz,
  noted_by           text
);

-- The processes of the service, each its own row: what it committed, and how long the newest of it had been under way.
CREATE TABLE IF NOT EXISTS ledger_replica (
  name         text PRIMARY KEY,
  version      text NOT NULL,
  started_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  commits      bigint NOT NULL,
  committed_at timestamptz,
  lag_ms       bigint
);

-- GET /api/runs?source= for the rare ones
CREATE INDEX IF NOT EXISTS process_run_observation_source_newest_idx
  ON process_run_observation (source_system, created_at DESC, process_run_id DESC) WHERE source_system <> 'dot_runtime';

-- GET /api/failures: the newest failures of a time
CREATE INDEX IF NOT EXISTS process_run_observation_failed_idx ON process_run_observation (ended_at DESC, process_run_id)
  WHERE status = 'failed';
CREATE INDEX IF NOT EXISTS process_component_observation_failed_idx ON process_component_observation (ended_at DESC, component_run_id)
  WHERE status = 'failed';
