DROP TABLE IF EXISTS sealed_slice;
DROP TABLE IF EXISTS sealing_state;
DROP TABLE IF EXISTS ledger_checkpoint;
DROP TABLE IF EXISTS sealed_commit;
DROP SEQUENCE IF EXISTS sealed_commit_seq;
