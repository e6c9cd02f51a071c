-- Failed sign-ins by a hash of their account or address, for the delays after them: those of all nodes, also over a restart.
CREATE TABLE sign_in_attempt (
  key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_at INTEGER NOT NULL, open_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_attempt_age ON sign_in_attempt (last_at);
