ALTER TABLE ledger_replica DROP COLUMN IF EXISTS lag_p95_ms;
ALTER TABLE ledger_replica DROP COLUMN IF EXISTS lag_p50_ms;
