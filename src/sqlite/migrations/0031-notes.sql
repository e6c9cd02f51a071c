-- The messages of alerts, what alerts have reported of issues, and the uses of former keys are notes: JSON by name.
--
-- `alert_message/<alert>/<message>`, `alert_report/<alert>/<issue>`; `key_use/<key>` has the time.

INSERT INTO note (name, text) SELECT 'alert_message/' || alert_id || '/' || id, body FROM alert_message;
INSERT INTO note (name, text) SELECT 'alert_report/' || alert_id || '/' || issue_id, body FROM alert_told;
INSERT INTO note (name, text) SELECT 'key_use/' || key, at FROM key_use;
DROP TABLE alert_message;
DROP TABLE alert_told;
DROP TABLE key_use;
