-- A role that can write the ledger's tables and do nothing else, for who runs `serve`. Not one of the numbered scripts: run
-- it by hand after `schema apply`, as whoever owns the tables and may create roles, and make the service's login a member:
--   psql -f infra/postgres/role.sql
--   grant run_ledger_writer to my_service_login;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'run_ledger_writer') THEN
    CREATE ROLE run_ledger_writer NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  -- Somebody else created it at the same moment: roles are the server's, not the database's.
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  process_run_observation, process_component_observation,
  process_run_key, process_run_alias, process_component_key, process_component_alias,
  rejected_observation, run_status_count, scheduled_message, sweep_mark, process_definition,
  process_run_archive, process_component_archive, archive_slice, archive_unfiled, archive_returned, bridge_cursor,
  operator_action, saved_query, failure_group, ledger_replica, expectation, expected_run, missed_slot,
  duration_sketch, counted_run, unlike_run,
  incident_channel, incident_rule, incident_rule_channel, incident_memory, incident, incident_delivery,
  sealing_state, sealed_slice
  TO run_ledger_writer;

-- What proves the rows is only ever added to.
GRANT SELECT, INSERT ON sealed_commit, ledger_checkpoint TO run_ledger_writer;
GRANT UPDATE (position) ON sealed_commit TO run_ledger_writer;
GRANT USAGE ON SEQUENCE sealed_commit_seq TO run_ledger_writer;

-- `serve` reads which scripts were applied.
GRANT SELECT ON run_ledger_schema_journal TO run_ledger_writer;
