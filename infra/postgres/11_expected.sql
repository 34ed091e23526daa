-- Expected runs: what should have started and did not.

-- A person's word that runs of some candidates start at some times, and how far the ledger has looked.
CREATE TABLE IF NOT EXISTS expectation (
  name            text PRIMARY KEY,
  candidate       text NOT NULL,
  cron            text NOT NULL,
  zone            text,
  grace_seconds   integer NOT NULL CHECK (grace_seconds > 0),
  early_seconds   integer NOT NULL CHECK (early_seconds >= 0),
  longest_seconds integer CHECK (longest_seconds > 0),
  most_runs       integer NOT NULL CHECK (most_runs > 0),
  armed_at        timestamptz NOT NULL,
  armed_by        text NOT NULL,
  -- Runs that the ledger first heard of before this have their slot.
  heard_until     timestamptz NOT NULL,
  -- The last slot that was judged; when it was armed, before the first.
  judged_until    timestamptz NOT NULL
);
-- One expectation for a pattern
CREATE UNIQUE INDEX IF NOT EXISTS expectation_candidate_idx ON expectation (candidate);

-- Which slot a run belongs to; none where it is of no slot, or has not started.
CREATE TABLE IF NOT EXISTS expected_run (
  expectation    text NOT NULL REFERENCES expectation (name) ON DELETE CASCADE,
  process_run_id uuid NOT NULL,
  slot_at        timestamptz,
  began_at       timestamptz,
  -- false: by when it was first heard of, for want of better; looked at again.
  start_known    boolean NOT NULL,
  -- Nearer to the next slot than to its own.
  near_next      boolean NOT NULL,
  heard_at       timestamptz NOT NULL,
  PRIMARY KEY (expectation, process_run_id)
);
-- The runs of the slots that are judged, or shown
CREATE INDEX IF NOT EXISTS expected_run_slot_idx ON expected_run (expectation, slot_at) WHERE slot_at IS NOT NULL;
-- What is old enough to be forgotten
CREATE INDEX IF NOT EXISTS expected_run_heard_idx ON expected_run (expectation, heard_at);
-- Runs whose start may become known
CREATE INDEX IF NOT EXISTS expected_run_unknown_idx ON expected_run (expectation) WHERE NOT start_known;

-- Slots without a run when their grace was over; came_at: when one was heard of after all.
CREATE TABLE IF NOT EXISTS missed_slot (
  expectation    text NOT NULL REFERENCES expectation (name) ON DELETE CASCADE,
  slot_at        timestamptz NOT NULL,
  missed_at      timestamptz NOT NULL,
  came_at        timestamptz,
  process_run_id uuid,
  PRIMARY KEY (expectation, slot_at)
);
