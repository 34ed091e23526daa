DROP INDEX IF EXISTS operator_action_kind_idx;
DROP TABLE IF EXISTS saved_query;
