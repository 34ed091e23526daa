-- Recurring messages of other services: sent again and again by a cron expression, until they are cancelled or at their end.

-- Name and group, cron, time zone, start, end and what is done about missed times; none: sent once.
ALTER TABLE scheduled_message ADD COLUMN IF NOT EXISTS schedule jsonb;
-- Not sent while it is; few are, so that no index leaves them out.
ALTER TABLE scheduled_message ADD COLUMN IF NOT EXISTS paused boolean NOT NULL DEFAULT false;
-- When that was asked for, by the clock of who asked; the later of two counts.
ALTER TABLE scheduled_message ADD COLUMN IF NOT EXISTS paused_at timestamptz;
