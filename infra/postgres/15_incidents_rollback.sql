DROP TABLE IF EXISTS incident_delivery;
DROP TABLE IF EXISTS incident;
DROP TABLE IF EXISTS incident_memory;
DROP TABLE IF EXISTS incident_rule_channel;
DROP TABLE IF EXISTS incident_rule;
DROP TABLE IF EXISTS incident_channel;
