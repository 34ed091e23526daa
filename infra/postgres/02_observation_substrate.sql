-- The ledger: one header row per run, one detail row per component of a run.

CREATE TABLE IF NOT EXISTS process_run_observation (
  process_run_id          uuid PRIMARY KEY,
  process_candidate_code  text NOT NULL,
  process_definition_code text,
  correlation_id          text NOT NULL,
  parent_run_id           uuid,
  status                  text NOT NULL DEFAULT 'observed'
    CHECK (status IN ('observed','started','step_started','step_completed',
                      'completed','failed','stuck','cancelled','orphan')),
  source_system           text NOT NULL,
  idempotency_key         text,
  input_ref               text,
  output_ref              text,
  error_ref               text,
  evidence_ref            jsonb,
  started_at              timestamptz,
  ended_at                timestamptz,
  created_at              timestamptz NOT NULL DEFAULT now()
);

-- GET /api/runs?correlationId=
CREATE INDEX IF NOT EXISTS process_run_observation_correlation_id_idx ON process_run_observation (correlation_id);
-- GET /api/runs?candidate=
CREATE INDEX IF NOT EXISTS process_run_observation_process_candidate_code_idx ON process_run_observation (process_candidate_code);
-- GET /api/runs?status= for the rare ones
CREATE INDEX IF NOT EXISTS process_run_observation_status_idx ON process_run_observation (status);
-- GET /api/runs/{id}/tree, downwards
CREATE INDEX IF NOT EXISTS process_run_observation_parent_run_id_idx ON process_run_observation (parent_run_id);
-- No two runs share a key, whatever writes the table.
CREATE UNIQUE INDEX IF NOT EXISTS process_run_observation_idempotency_key_idx ON process_run_observation (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE IF NOT EXISTS process_component_observation (
  component_run_id uuid PRIMARY KEY,
  process_run_id   uuid NOT NULL REFERENCES process_run_observation (process_run_id),
  parent_run_id    uuid,
  correlation_id   text NOT NULL,
  dot_code         text,
  component_role   text,
  event_code       text,
  queue_job_id     uuid,
  status           text NOT NULL DEFAULT 'observed'
    CHECK (status IN ('observed','started','step_started','step_completed',
                      'completed','failed','stuck','cancelled','orphan')),
  input_ref        text,
  output_ref       text,
  error_ref        text,
  evidence_ref     jsonb,
  idempotency_key  text,
  source_system    text NOT NULL,
  started_at       timestamptz,
  ended_at         timestamptz,
  created_at       timestamptz NOT NULL DEFAULT now()
);

-- GET /api/runs/{id}/components, and the foreign key
CREATE INDEX IF NOT EXISTS process_component_observation_process_run_id_idx ON process_component_observation (process_run_id);
-- Everything on one wire key
CREATE INDEX IF NOT EXISTS process_component_observation_correlation_id_idx ON process_component_observation (correlation_id);
-- How a component fares across runs
CREATE INDEX IF NOT EXISTS process_component_observation_dot_code_idx ON process_component_observation (dot_code);
-- From a job of the queue to its component
CREATE INDEX IF NOT EXISTS process_component_observation_queue_job_id_idx ON process_component_observation (queue_job_id);
CREATE UNIQUE INDEX IF NOT EXISTS process_component_observation_idempotency_key_idx ON process_component_observation (idempotency_key)
  WHERE idempotency_key IS NOT NULL;
