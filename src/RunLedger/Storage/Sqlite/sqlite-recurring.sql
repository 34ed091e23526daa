-- What an older file has not got: schedules of recurring messages, as infra/postgres/10_recurring.sql.
ALTER TABLE scheduled_message ADD COLUMN schedule text;
ALTER TABLE scheduled_message ADD COLUMN paused integer NOT NULL DEFAULT 0;
ALTER TABLE scheduled_message ADD COLUMN paused_at text;
