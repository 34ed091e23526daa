-- Incidents: what is wrong for long enough that somebody is told, by which rules, and through which channels.

-- A way to tell people.
CREATE TABLE IF NOT EXISTS incident_channel (
  name          text PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('webhook', 'slack', 'teams', 'mail', 'pagerduty')),
  -- What may be shown of it.
  settings      jsonb NOT NULL,
  -- Addresses, keys and passwords, or the names by which they are found: read by what sends, and shown to nobody.
  secrets       jsonb NOT NULL,
  put_at        timestamptz NOT NULL,
  put_by        text NOT NULL,
  delivered_at  timestamptz,
  -- The first failure since the last success.
  failing_since timestamptz,
  fault         text
);

-- A person's word that somebody is told when something is so of some candidates.
CREATE TABLE IF NOT EXISTS incident_rule (
  name           text PRIMARY KEY,
  candidate      text NOT NULL,
  condition      text NOT NULL,
  runs           integer CHECK (runs > 0),
  percent        integer CHECK (percent BETWEEN 1 AND 100),
  window_seconds integer CHECK (window_seconds > 0),
  -- When it may be told; null is at any time.
  hours          jsonb,
  hold_seconds   integer NOT NULL CHECK (hold_seconds >= 0),
  armed_at       timestamptz NOT NULL,
  armed_by       text NOT NULL,
  -- Candidate, condition, figures and hours as one text.
  alike          text NOT NULL
);
-- One rule for the same
CREATE UNIQUE INDEX IF NOT EXISTS incident_rule_alike_idx ON incident_rule (alike);

CREATE TABLE IF NOT EXISTS incident_rule_channel (
  rule    text NOT NULL REFERENCES incident_rule (name) ON DELETE CASCADE,
  channel text NOT NULL REFERENCES incident_channel (name),
  PRIMARY KEY (rule, channel)
);
-- Which rules keep a channel from going
CREATE INDEX IF NOT EXISTS incident_rule_channel_idx ON incident_rule_channel (channel);

-- What a rule remembers of the runs of a candidate that ended.
CREATE TABLE IF NOT EXISTS incident_memory (
  rule      text NOT NULL REFERENCES incident_rule (name) ON DELETE CASCADE,
  candidate text NOT NULL,
  value     jsonb NOT NULL,
  PRIMARY KEY (rule, candidate)
);

-- That a rule's condition holds, or held, of a candidate. It outlives its rule.
CREATE TABLE IF NOT EXISTS incident (
  incident_id  uuid PRIMARY KEY,
  rule         text NOT NULL,
  condition    text NOT NULL,
  candidate    text NOT NULL,
  began_at     timestamptz NOT NULL,
  said         text NOT NULL,
  -- What failed and how, by fingerprint.
  groups       jsonb NOT NULL,
  run_id       uuid,
  told_at      timestamptz,
  told_last_at timestamptz,
  told_groups  jsonb NOT NULL,
  tellings     integer NOT NULL,
  recovered_at timestamptz,
  -- Nothing more is to be told of it.
  done         boolean NOT NULL
);
-- One that lasts for a rule and a candidate
CREATE UNIQUE INDEX IF NOT EXISTS incident_lasting_idx ON incident (rule, candidate) WHERE recovered_at IS NULL;
-- What is looked at with each look
CREATE INDEX IF NOT EXISTS incident_undone_idx ON incident (began_at, incident_id) WHERE NOT done;
-- The list
CREATE INDEX IF NOT EXISTS incident_newest_idx ON incident (began_at DESC, incident_id DESC);
-- What is old enough to be forgotten
CREATE INDEX IF NOT EXISTS incident_recovered_idx ON incident (recovered_at) WHERE done;

-- What is told through a channel, once under one id. Those of a chain, a rule's of one candidate, go out in order.
CREATE TABLE IF NOT EXISTS incident_delivery (
  position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id   uuid NOT NULL UNIQUE,
  incident_id   uuid NOT NULL REFERENCES incident (incident_id) ON DELETE CASCADE,
  channel       text NOT NULL REFERENCES incident_channel (name) ON DELETE CASCADE,
  chain         uuid NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('opened', 'changed', 'recovered')),
  body          jsonb NOT NULL,
  created_at    timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  tried         integer NOT NULL,
  claimed_until timestamptz,
  delivered_at  timestamptz,
  -- When it was given up.
  dropped_at    timestamptz,
  fault         text
);
-- What waits, by channel
CREATE INDEX IF NOT EXISTS incident_delivery_waiting_idx ON incident_delivery (channel, position)
  WHERE delivered_at IS NULL AND dropped_at IS NULL;
-- What waits before it
CREATE INDEX IF NOT EXISTS incident_delivery_chain_idx ON incident_delivery (channel, chain, position)
  WHERE delivered_at IS NULL AND dropped_at IS NULL;
-- Those of an incident
CREATE INDEX IF NOT EXISTS incident_delivery_incident_idx ON incident_delivery (incident_id);
