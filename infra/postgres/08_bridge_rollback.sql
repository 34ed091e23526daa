DROP TABLE IF EXISTS bridge_cursor;
