-- Which candidates became definitions. Runs take theirs from here, when they are written and when it is made known.
CREATE TABLE IF NOT EXISTS process_definition (
  process_candidate_code  text PRIMARY KEY,
  process_definition_code text NOT NULL,
  occurred_at             timestamptz NOT NULL
);
