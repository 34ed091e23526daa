-- What proves that rows are as the ledger wrote them, where Sealing__Enabled says so: docs/tamper.md. Empty otherwise.

-- Drawn by a commit while it holds all that it writes, so that of two commits that write one row the later has the greater.
CREATE SEQUENCE IF NOT EXISTS sealed_commit_seq;

-- One row per commit: the leaves (a hash of each row it wrote) and their Merkle root. A lane is commits that know the one before them.
CREATE TABLE IF NOT EXISTS sealed_commit (
  seq       bigint PRIMARY KEY,
  lane      uuid NOT NULL,
  number    bigint NOT NULL,
  previous  bytea NOT NULL,
  at        timestamptz NOT NULL,
  leaf_count integer NOT NULL,
  root      bytea NOT NULL,
  hash      bytea NOT NULL,
  position  bigint,
  leaves    bytea
);
-- Hashes cannot be packed: no time is spent on trying.
ALTER TABLE sealed_commit ALTER COLUMN leaves SET STORAGE EXTERNAL;
-- What the next checkpoint takes up.
CREATE INDEX IF NOT EXISTS sealed_commit_open_idx ON sealed_commit (seq) WHERE position IS NULL;
-- The path from a commit to a checkpoint.
CREATE UNIQUE INDEX IF NOT EXISTS sealed_commit_position_idx ON sealed_commit (position) WHERE position IS NOT NULL;

-- What was signed: the Merkle root over all commits so far.
CREATE TABLE IF NOT EXISTS ledger_checkpoint (
  number   bigint PRIMARY KEY,
  at       timestamptz NOT NULL,
  size     bigint NOT NULL,
  root     bytea NOT NULL,
  frontier bytea NOT NULL,
  hash     bytea NOT NULL,
  document text NOT NULL
);

-- One row: which ledger this is, and how far what was there already has been taken up.
CREATE TABLE IF NOT EXISTS sealing_state (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  ledger     uuid NOT NULL,
  epoch      uuid,
  state      text NOT NULL CHECK (state IN ('off', 'adopting', 'on')),
  changed_at timestamptz NOT NULL,
  stage      integer NOT NULL DEFAULT 0,
  after_id   uuid
);

-- The slices of files that count, by the SHA-256 of their manifests.
CREATE TABLE IF NOT EXISTS sealed_slice (
  slice_id uuid PRIMARY KEY,
  month    text NOT NULL,
  manifest bytea NOT NULL
);
