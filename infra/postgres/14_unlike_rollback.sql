DROP TABLE IF EXISTS unlike_run;
DROP TABLE IF EXISTS counted_run;
DROP TABLE IF EXISTS duration_sketch;
