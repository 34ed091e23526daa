DROP TABLE IF EXISTS scheduled_message;
