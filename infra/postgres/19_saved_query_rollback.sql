DROP INDEX IF EXISTS process_component_archive_queue_job_id_idx;
DROP INDEX IF EXISTS operator_action_kind_idx;
DROP TABLE IF EXISTS saved_query;
