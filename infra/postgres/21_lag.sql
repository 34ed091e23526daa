-- How long what a process committed lately had been under way: half of it at most so long, and nineteen in twenty.
ALTER TABLE ledger_replica ADD COLUMN IF NOT EXISTS lag_p50_ms bigint;
ALTER TABLE ledger_replica ADD COLUMN IF NOT EXISTS lag_p95_ms bigint;
