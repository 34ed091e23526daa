-- What an older file has not got: rejected rows that are handled, as infra/postgres/09_operations.sql.
ALTER TABLE rejected_observation ADD COLUMN fingerprint text;
ALTER TABLE rejected_observation ADD COLUMN state text NOT NULL DEFAULT 'open'
  CHECK (state IN ('open', 'resending', 'resent', 'discarded'));
ALTER TABLE rejected_observation ADD COLUMN corrected blob;
ALTER TABLE rejected_observation ADD COLUMN action_id text;
ALTER TABLE rejected_observation ADD COLUMN claimed_at text;
ALTER TABLE rejected_observation ADD COLUMN handled_at text;
ALTER TABLE rejected_observation ADD COLUMN handled_by text;
ALTER TABLE rejected_observation ADD COLUMN handled_reason text;
ALTER TABLE rejected_observation ADD COLUMN outcome text;
CREATE INDEX rejected_observation_open_idx ON rejected_observation (rejected_at DESC, rejected_id DESC, fingerprint)
  WHERE state = 'open';
CREATE INDEX rejected_observation_group_idx ON rejected_observation (fingerprint, rejected_at DESC, rejected_id DESC)
  WHERE state = 'open';
CREATE INDEX rejected_observation_claimed_idx ON rejected_observation (claimed_at) WHERE state = 'resending';
CREATE INDEX rejected_observation_unnamed_idx ON rejected_observation (rejected_id) WHERE fingerprint IS NULL;
