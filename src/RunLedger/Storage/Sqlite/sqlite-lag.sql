-- What an older file has not got: how long what was committed lately had been under way, as infra/postgres/21_lag.sql.
ALTER TABLE ledger_replica ADD COLUMN lag_p50_ms integer;
ALTER TABLE ledger_replica ADD COLUMN lag_p95_ms integer;
