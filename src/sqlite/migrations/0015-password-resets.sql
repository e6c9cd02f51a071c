-- Forgotten passwords, and why sessions ended.
--
-- reset_digest is the SHA-256 of the secret in a one-time link that was sent by e-mail, valid until reset_until. An ended
-- session is kept as long as a cookie of it can exist (seven days), so that the browser that has the cookie learns why it is
-- signed out.

ALTER TABLE account_user ADD COLUMN reset_digest TEXT;
ALTER TABLE account_user ADD COLUMN reset_until INTEGER;

CREATE TABLE account_ended_session (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, ended_at INTEGER NOT NULL
) WITHOUT ROWID;
