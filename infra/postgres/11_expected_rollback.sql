DROP TABLE IF EXISTS missed_slot;
DROP TABLE IF EXISTS expected_run;
DROP TABLE IF EXISTS expectation;
