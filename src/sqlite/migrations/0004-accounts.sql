-- Who may do what: users, roles, tokens, sessions.
--
-- No secret stands here: of passwords an Argon2id hash, of tokens, sessions and invitations the SHA-256 (`digest`) of
-- what their holders have. `role_ids` and `rights` are JSON lists. Times are ms since the epoch. A token without
-- `user_id` belongs to the holder of MILLRACE_ADMIN_TOKEN.

CREATE TABLE account_revision (revision INTEGER NOT NULL);
INSERT INTO account_revision VALUES (0);

CREATE TABLE account_user (
  id TEXT PRIMARY KEY, email TEXT NOT NULL, status TEXT NOT NULL, role_ids TEXT NOT NULL, password_hash TEXT,
  invite_digest TEXT, invite_until INTEGER, last_sign_in_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE account_role (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, rights TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE account_token (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, user_id TEXT, parent_id TEXT, rights TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE, expires_at INTEGER, last_used_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE account_session (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL
) WITHOUT ROWID;
