ALTER TABLE scheduled_message DROP COLUMN IF EXISTS paused_at;
ALTER TABLE scheduled_message DROP COLUMN IF EXISTS paused;
ALTER TABLE scheduled_message DROP COLUMN IF EXISTS schedule;
