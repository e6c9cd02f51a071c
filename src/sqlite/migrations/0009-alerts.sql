-- Alerts: messages that tell people of issues, and what each alert has told of each issue (docs/alerts.md).
--
-- `body` is the whole record as JSON. Messages that wait to be sent are read at the start and kept in memory; of those
-- that are finished some of each alert stay to be looked at.

CREATE TABLE alert_message (
  id TEXT PRIMARY KEY, alert_id TEXT NOT NULL, status TEXT NOT NULL, finished_at INTEGER, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alert_message_place ON alert_message (alert_id, status, id);

CREATE TABLE alert_told (
  alert_id TEXT NOT NULL, issue_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (alert_id, issue_id)
) WITHOUT ROWID;
