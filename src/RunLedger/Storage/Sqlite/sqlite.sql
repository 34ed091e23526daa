-- The embedded ledger: the tables of infra/postgres in SQLite's types. uuid: text, lower case with dashes; times: text, ISO 8601 UTC
-- with six decimals, so that text order is time order; jsonb: text; bytea: blob.

CREATE TABLE IF NOT EXISTS process_run_observation (
  process_run_id          text PRIMARY KEY,
  process_candidate_code  text NOT NULL,
  process_definition_code text,
  correlation_id          text NOT NULL,
  parent_run_id           text,
  status                  text NOT NULL DEFAULT 'observed'
    CHECK (status IN ('observed','started','step_started','step_completed',
                      'completed','failed','stuck','cancelled','orphan')),
  source_system           text NOT NULL,
  idempotency_key         text,
  input_ref               text,
  output_ref              text,
  error_ref               text,
  evidence_ref            text,
  started_at              text,
  ended_at                text,
  created_at              text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z','now')),
  fold                    blob
);

CREATE INDEX IF NOT EXISTS process_run_observation_correlation_id_idx ON process_run_observation (correlation_id);
CREATE INDEX IF NOT EXISTS process_run_observation_process_candidate_code_idx ON process_run_observation (process_candidate_code);
CREATE INDEX IF NOT EXISTS process_run_observation_status_idx ON process_run_observation (status);
CREATE INDEX IF NOT EXISTS process_run_observation_parent_run_id_idx ON process_run_observation (parent_run_id);
CREATE UNIQUE INDEX IF NOT EXISTS process_run_observation_idempotency_key_idx ON process_run_observation (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE IF NOT EXISTS process_component_observation (
  component_run_id text PRIMARY KEY,
  process_run_id   text NOT NULL REFERENCES process_run_observation (process_run_id),
  parent_run_id    text,
  correlation_id   text NOT NULL,
  dot_code         text,
  component_role   text,
  event_code       text,
  queue_job_id     text,
  status           text NOT NULL DEFAULT 'observed'
    CHECK (status IN ('observed','started','step_started','step_completed',
                      'completed','failed','stuck','cancelled','orphan')),
  input_ref        text,
  output_ref       text,
  error_ref        text,
  evidence_ref     text,
  idempotency_key  text,
  source_system    text NOT NULL,
  started_at       text,
  ended_at         text,
  created_at       text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z','now')),
  fold             blob
);

CREATE INDEX IF NOT EXISTS process_component_observation_process_run_id_idx ON process_component_observation (process_run_id);
CREATE INDEX IF NOT EXISTS process_component_observation_correlation_id_idx ON process_component_observation (correlation_id);
CREATE INDEX IF NOT EXISTS process_component_observation_dot_code_idx ON process_component_observation (dot_code);
CREATE INDEX IF NOT EXISTS process_component_observation_queue_job_id_idx ON process_component_observation (queue_job_id);
CREATE UNIQUE INDEX IF NOT EXISTS process_component_observation_idempotency_key_idx ON process_component_observation (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE INDEX IF NOT EXISTS process_run_observation_newest_idx ON process_run_observation (created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_observation_candidate_newest_idx
  ON process_run_observation (process_candidate_code, created_at DESC, process_run_id DESC);
-- Whole, because SQLite does not see that status = 'failed' implies status <> 'completed'.
CREATE INDEX IF NOT EXISTS process_run_observation_status_newest_idx
  ON process_run_observation (status, created_at DESC, process_run_id DESC);

CREATE TABLE IF NOT EXISTS process_run_key (
  idempotency_key text PRIMARY KEY,
  process_run_id  text NOT NULL
);
CREATE INDEX IF NOT EXISTS process_run_key_process_run_id_idx ON process_run_key (process_run_id);

CREATE TABLE IF NOT EXISTS process_run_alias (
  alias_id       text PRIMARY KEY,
  process_run_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS process_run_alias_process_run_id_idx ON process_run_alias (process_run_id);

CREATE TABLE IF NOT EXISTS process_component_key (
  idempotency_key  text PRIMARY KEY,
  component_run_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS process_component_key_component_run_id_idx ON process_component_key (component_run_id);

CREATE TABLE IF NOT EXISTS process_component_alias (
  alias_id         text PRIMARY KEY,
  component_run_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS process_component_alias_component_run_id_idx ON process_component_alias (component_run_id);

CREATE TABLE IF NOT EXISTS rejected_observation (
  rejected_id  text PRIMARY KEY,
  contract     text,
  origin       text NOT NULL,
  content_type text,
  payload      blob NOT NULL,
  reason       text NOT NULL,
  rejected_at  text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z','now'))
);
CREATE INDEX IF NOT EXISTS rejected_observation_newest_idx ON rejected_observation (rejected_at DESC, rejected_id DESC);

CREATE TABLE IF NOT EXISTS run_status_count (
  writer integer NOT NULL,
  status text NOT NULL,
  runs   integer NOT NULL,
  PRIMARY KEY (writer, status)
);

CREATE TABLE IF NOT EXISTS process_definition (
  process_candidate_code  text PRIMARY KEY,
  process_definition_code text NOT NULL,
  occurred_at             text NOT NULL
);

-- repeat_every: microseconds.
CREATE TABLE IF NOT EXISTS scheduled_message (
  position      integer PRIMARY KEY AUTOINCREMENT,
  token         text NOT NULL UNIQUE,
  due_at        text NOT NULL,
  sent_at       text NOT NULL,
  run_id        text,
  destination   text,
  message_types text NOT NULL DEFAULT '',
  message_id    text,
  headers       text NOT NULL DEFAULT '{}',
  content_type  text NOT NULL DEFAULT '',
  body          blob NOT NULL DEFAULT x'',
  repeat_every  integer,
  cancelled_at  text
);
CREATE INDEX IF NOT EXISTS scheduled_message_due_idx ON scheduled_message (due_at, position) WHERE cancelled_at IS NULL;
CREATE INDEX IF NOT EXISTS scheduled_message_run_idx ON scheduled_message (run_id, position) WHERE run_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS scheduled_message_cancelled_idx ON scheduled_message (due_at) WHERE cancelled_at IS NOT NULL;

-- As infra/postgres/07_archive.sql.
CREATE TABLE IF NOT EXISTS process_run_archive (
  process_run_id          text PRIMARY KEY,
  process_candidate_code  text NOT NULL,
  process_definition_code text,
  correlation_id          text NOT NULL,
  parent_run_id           text,
  status                  text NOT NULL,
  source_system           text NOT NULL,
  idempotency_key         text,
  input_ref               text,
  output_ref              text,
  error_ref               text,
  evidence_ref            text,
  started_at              text,
  ended_at                text,
  created_at              text NOT NULL,
  fold                    blob,
  last_event_at           text,
  live_at                 text,
  deadline_at             text,
  settled_at              text,
  archived_at             text NOT NULL
);

CREATE INDEX IF NOT EXISTS process_run_archive_archived_idx ON process_run_archive (archived_at, process_run_id);
CREATE INDEX IF NOT EXISTS process_run_archive_parent_run_id_idx ON process_run_archive (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS process_run_archive_settled_idx ON process_run_archive (settled_at, process_run_id);
DROP INDEX IF EXISTS process_run_archive_candidate_idx;
-- As infra/postgres/16_archive_lists.sql.
CREATE INDEX IF NOT EXISTS process_run_archive_newest_idx ON process_run_archive (created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_archive_candidate_newest_idx
  ON process_run_archive (process_candidate_code, created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_archive_status_newest_idx
  ON process_run_archive (status, created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_archive_correlation_id_idx ON process_run_archive (correlation_id);

CREATE TABLE IF NOT EXISTS process_component_archive (
  component_run_id text PRIMARY KEY,
  process_run_id   text NOT NULL,
  parent_run_id    text,
  correlation_id   text NOT NULL,
  dot_code         text,
  component_role   text,
  event_code       text,
  queue_job_id     text,
  status           text NOT NULL,
  input_ref        text,
  output_ref       text,
  error_ref        text,
  evidence_ref     text,
  idempotency_key  text,
  source_system    text NOT NULL,
  started_at       text,
  ended_at         text,
  created_at       text NOT NULL,
  fold             blob,
  archived_at      text NOT NULL
);

CREATE INDEX IF NOT EXISTS process_component_archive_process_run_id_idx ON process_component_archive (process_run_id);

CREATE TABLE IF NOT EXISTS archive_slice (
  slice_id    text PRIMARY KEY,
  month       text NOT NULL,
  runs        integer NOT NULL,
  components  integer NOT NULL,
  archived_at text NOT NULL
);

-- As infra/postgres/09_operations.sql.
CREATE TABLE IF NOT EXISTS operator_action (
  id      text PRIMARY KEY,
  at      text NOT NULL,
  who     text NOT NULL,
  action  text NOT NULL,
  subject text NOT NULL,
  reason  text,
  detail  text,
  outcome text
);
CREATE INDEX IF NOT EXISTS operator_action_newest_idx ON operator_action (at DESC, id DESC);
CREATE INDEX IF NOT EXISTS operator_action_unfinished_idx ON operator_action (at) WHERE outcome IS NULL;

-- As infra/postgres/19_saved_query.sql.
CREATE TABLE IF NOT EXISTS saved_query (
  name     text PRIMARY KEY,
  sql      text NOT NULL,
  saved_by text NOT NULL,
  saved_at text NOT NULL
);
CREATE INDEX IF NOT EXISTS process_component_archive_queue_job_id_idx ON process_component_archive (queue_job_id)
  WHERE queue_job_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS operator_action_kind_idx ON operator_action (action, at DESC, id DESC);

CREATE TABLE IF NOT EXISTS failure_group (
  fingerprint        text PRIMARY KEY,
  acknowledged_at    text,
  acknowledged_by    text,
  acknowledged_until text,
  note               text,
  noted_at           text,
  noted_by           text
);

CREATE TABLE IF NOT EXISTS ledger_replica (
  name         text PRIMARY KEY,
  version      text NOT NULL,
  started_at   text NOT NULL,
  seen_at      text NOT NULL,
  commits      integer NOT NULL,
  committed_at text,
  lag_ms       integer
);

-- Whole, as that of the statuses is.
CREATE INDEX IF NOT EXISTS process_run_observation_source_newest_idx
  ON process_run_observation (source_system, created_at DESC, process_run_id DESC);
CREATE INDEX IF NOT EXISTS process_run_observation_failed_idx ON process_run_observation (ended_at DESC, process_run_id)
  WHERE status = 'failed';
CREATE INDEX IF NOT EXISTS process_component_observation_failed_idx ON process_component_observation (ended_at DESC, component_run_id)
  WHERE status = 'failed';

-- As infra/postgres/11_expected.sql.
CREATE TABLE IF NOT EXISTS expectation (
  name            text PRIMARY KEY,
  candidate       text NOT NULL,
  cron            text NOT NULL,
  zone            text,
  grace_seconds   integer NOT NULL CHECK (grace_seconds > 0),
  early_seconds   integer NOT NULL CHECK (early_seconds >= 0),
  longest_seconds integer CHECK (longest_seconds > 0),
  most_runs       integer NOT NULL CHECK (most_runs > 0),
  armed_at        text NOT NULL,
  armed_by        text NOT NULL,
  heard_until     text NOT NULL,
  judged_until    text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS expectation_candidate_idx ON expectation (candidate);

CREATE TABLE IF NOT EXISTS expected_run (
  expectation    text NOT NULL REFERENCES expectation (name) ON DELETE CASCADE,
  process_run_id text NOT NULL,
  slot_at        text,
  began_at       text,
  start_known    integer NOT NULL,
  near_next      integer NOT NULL,
  heard_at       text NOT NULL,
  PRIMARY KEY (expectation, process_run_id)
);
CREATE INDEX IF NOT EXISTS expected_run_slot_idx ON expected_run (expectation, slot_at) WHERE slot_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS expected_run_heard_idx ON expected_run (expectation, heard_at);
CREATE INDEX IF NOT EXISTS expected_run_waiting_idx ON expected_run (expectation, heard_at, process_run_id)
  WHERE NOT start_known;

CREATE TABLE IF NOT EXISTS missed_slot (
  expectation    text NOT NULL REFERENCES expectation (name) ON DELETE CASCADE,
  slot_at        text NOT NULL,
  missed_at      text NOT NULL,
  came_at        text,
  process_run_id text,
  PRIMARY KEY (expectation, slot_at)
);

-- As infra/postgres/14_unlike.sql.
CREATE TABLE IF NOT EXISTS duration_sketch (
  sketch_id text PRIMARY KEY,
  candidate text NOT NULL,
  component text,
  version   text,
  latest_at text NOT NULL,
  buckets   blob NOT NULL
);
CREATE INDEX IF NOT EXISTS duration_sketch_candidate_idx ON duration_sketch (candidate, latest_at);
CREATE INDEX IF NOT EXISTS duration_sketch_latest_idx ON duration_sketch (latest_at);

CREATE TABLE IF NOT EXISTS counted_run (
  process_run_id text PRIMARY KEY,
  counted_at     text NOT NULL
);
CREATE INDEX IF NOT EXISTS counted_run_counted_idx ON counted_run (counted_at);

CREATE TABLE IF NOT EXISTS unlike_run (
  process_run_id   text NOT NULL,
  component_run_id text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('slow', 'suspicious')),
  candidate        text NOT NULL,
  component        text,
  version          text,
  usual_seconds    real NOT NULL,
  limit_seconds    real NOT NULL,
  runs             integer NOT NULL,
  marked_at        text NOT NULL,
  PRIMARY KEY (process_run_id, component_run_id, kind)
);
CREATE INDEX IF NOT EXISTS unlike_run_kind_idx ON unlike_run (kind, marked_at DESC, process_run_id);
CREATE INDEX IF NOT EXISTS unlike_run_marked_idx ON unlike_run (marked_at);

-- As infra/postgres/15_incidents.sql.
CREATE TABLE IF NOT EXISTS incident_channel (
  name          text PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('webhook', 'slack', 'teams', 'mail', 'pagerduty')),
  settings      text NOT NULL,
  secrets       text NOT NULL,
  put_at        text NOT NULL,
  put_by        text NOT NULL,
  delivered_at  text,
  failing_since text,
  fault         text
);

CREATE TABLE IF NOT EXISTS incident_rule (
  name           text PRIMARY KEY,
  candidate      text NOT NULL,
  condition      text NOT NULL,
  runs           integer CHECK (runs > 0),
  percent        integer CHECK (percent BETWEEN 1 AND 100),
  window_seconds integer CHECK (window_seconds > 0),
  hours          text,
  hold_seconds   integer NOT NULL CHECK (hold_seconds >= 0),
  armed_at       text NOT NULL,
  armed_by       text NOT NULL,
  alike          text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS incident_rule_alike_idx ON incident_rule (alike);

CREATE TABLE IF NOT EXISTS incident_rule_channel (
  rule    text NOT NULL REFERENCES incident_rule (name) ON DELETE CASCADE,
  channel text NOT NULL REFERENCES incident_channel (name),
  PRIMARY KEY (rule, channel)
);
CREATE INDEX IF NOT EXISTS incident_rule_channel_idx ON incident_rule_channel (channel);

CREATE TABLE IF NOT EXISTS incident_memory (
  rule      text NOT NULL REFERENCES incident_rule (name) ON DELETE CASCADE,
  candidate text NOT NULL,
  value     text NOT NULL,
  PRIMARY KEY (rule, candidate)
);

CREATE TABLE IF NOT EXISTS incident (
  incident_id  text PRIMARY KEY,
  rule         text NOT NULL,
  condition    text NOT NULL,
  candidate    text NOT NULL,
  began_at     text NOT NULL,
  said         text NOT NULL,
  groups       text NOT NULL,
  run_id       text,
  told_at      text,
  told_last_at text,
  told_groups  text NOT NULL,
  tellings     integer NOT NULL,
  recovered_at text,
  done         integer NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS incident_lasting_idx ON incident (rule, candidate) WHERE recovered_at IS NULL;
CREATE INDEX IF NOT EXISTS incident_undone_idx ON incident (began_at, incident_id) WHERE NOT done;
CREATE INDEX IF NOT EXISTS incident_newest_idx ON incident (began_at DESC, incident_id DESC);
CREATE INDEX IF NOT EXISTS incident_recovered_idx ON incident (recovered_at) WHERE done;

CREATE TABLE IF NOT EXISTS incident_delivery (
  position      integer PRIMARY KEY AUTOINCREMENT,
  delivery_id   text NOT NULL UNIQUE,
  incident_id   text NOT NULL REFERENCES incident (incident_id) ON DELETE CASCADE,
  channel       text NOT NULL REFERENCES incident_channel (name) ON DELETE CASCADE,
  chain         text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('opened', 'changed', 'recovered')),
  body          text NOT NULL,
  created_at    text NOT NULL,
  due_at        text NOT NULL,
  tried         integer NOT NULL,
  claimed_until text,
  delivered_at  text,
  dropped_at    text,
  fault         text
);
CREATE INDEX IF NOT EXISTS incident_delivery_waiting_idx ON incident_delivery (channel, position)
  WHERE delivered_at IS NULL AND dropped_at IS NULL;
CREATE INDEX IF NOT EXISTS incident_delivery_chain_idx ON incident_delivery (channel, chain, position)
  WHERE delivered_at IS NULL AND dropped_at IS NULL;
CREATE INDEX IF NOT EXISTS incident_delivery_incident_idx ON incident_delivery (incident_id);

CREATE TABLE IF NOT EXISTS sealed_commit (
  seq        integer PRIMARY KEY,
  lane       text NOT NULL,
  number     integer NOT NULL,
  previous   blob NOT NULL,
  at         text NOT NULL,
  leaf_count integer NOT NULL,
  root       blob NOT NULL,
  hash       blob NOT NULL,
  position   integer,
  leaves     blob
);
CREATE INDEX IF NOT EXISTS sealed_commit_open_idx ON sealed_commit (seq) WHERE position IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS sealed_commit_position_idx ON sealed_commit (position) WHERE position IS NOT NULL;

CREATE TABLE IF NOT EXISTS ledger_checkpoint (
  number   integer PRIMARY KEY,
  at       text NOT NULL,
  size     integer NOT NULL,
  root     blob NOT NULL,
  frontier blob NOT NULL,
  hash     blob NOT NULL,
  document text NOT NULL
);

CREATE TABLE IF NOT EXISTS sealing_state (
  one        integer PRIMARY KEY DEFAULT 1 CHECK (one),
  ledger     text NOT NULL,
  epoch      text,
  state      text NOT NULL CHECK (state IN ('off', 'adopting', 'on')),
  changed_at text NOT NULL,
  stage      integer NOT NULL DEFAULT 0,
  after_id   text
);

CREATE TABLE IF NOT EXISTS sealed_slice (
  slice_id text PRIMARY KEY,
  month    text NOT NULL,
  manifest blob NOT NULL
);
