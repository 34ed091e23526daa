-- Unlike itself: how long runs and components take, and which took, or take, another time than those before them.

-- How long the runs of a candidate took, or its components of a name, of a version or of all. buckets: first byte the version.
CREATE TABLE IF NOT EXISTS duration_sketch (
  sketch_id uuid PRIMARY KEY,
  candidate text NOT NULL,
  -- null: the runs as a whole
  component text,
  -- null: of all versions
  version   text,
  latest_at timestamptz NOT NULL,
  buckets   bytea NOT NULL
);
-- A candidate's, the oldest of which are forgotten
CREATE INDEX IF NOT EXISTS duration_sketch_candidate_idx ON duration_sketch (candidate, latest_at);
-- What is old enough to be forgotten
CREATE INDEX IF NOT EXISTS duration_sketch_latest_idx ON duration_sketch (latest_at);

-- Runs whose durations were counted: once, however often they are settled.
CREATE TABLE IF NOT EXISTS counted_run (
  process_run_id uuid PRIMARY KEY,
  counted_at     timestamptz NOT NULL
);
-- What is old enough to be forgotten
CREATE INDEX IF NOT EXISTS counted_run_counted_idx ON counted_run (counted_at);

-- What is unlike those before it, and the figures that say so. Flags, never a status.
CREATE TABLE IF NOT EXISTS unlike_run (
  process_run_id   uuid NOT NULL,
  -- the run's own where it is the run as a whole
  component_run_id uuid NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('slow', 'suspicious')),
  candidate        text NOT NULL,
  component        text,
  version          text,
  usual_seconds    double precision NOT NULL,
  limit_seconds    double precision NOT NULL,
  runs             bigint NOT NULL,
  marked_at        timestamptz NOT NULL,
  PRIMARY KEY (process_run_id, component_run_id, kind)
);
-- GET /api/runs?unlike=, the newest first; the overview
CREATE INDEX IF NOT EXISTS unlike_run_kind_idx ON unlike_run (kind, marked_at DESC, process_run_id);
-- What is old enough to be forgotten
CREATE INDEX IF NOT EXISTS unlike_run_marked_idx ON unlike_run (marked_at);
