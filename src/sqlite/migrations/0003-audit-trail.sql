-- The audit trail: a chain of entries, each holding the hash of the one before (docs/audit.md).
--
-- `body` is the whole entry as canonical JSON and `hash` the SHA-256 of it; nothing of an entry stands anywhere else, so
-- that there is nothing that could differ from what is hashed. Columns to search by are read out of it.
-- Entries are only added. The first ones may go when the newest entry says up to where.

CREATE TABLE audit_entry (
  number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL,
  created_at TEXT AS (body ->> '$.createdAt') VIRTUAL,
  act TEXT AS (body ->> '$.act') VIRTUAL,
  kind TEXT AS (body ->> '$.kind') VIRTUAL,
  id TEXT AS (body ->> '$.id') VIRTUAL,
  principal TEXT AS (body ->> '$.principal') VIRTUAL,
  principal_id TEXT AS (body ->> '$.principalId') VIRTUAL,
  result TEXT AS (body ->> '$.result') VIRTUAL
);
CREATE INDEX audit_entry_created ON audit_entry (created_at);
CREATE INDEX audit_entry_act ON audit_entry (act);
CREATE INDEX audit_entry_kind ON audit_entry (kind);
CREATE INDEX audit_entry_thing ON audit_entry (id);
CREATE INDEX audit_entry_principal ON audit_entry (principal);
CREATE INDEX audit_entry_principal_id ON audit_entry (principal_id);
CREATE INDEX audit_entry_result ON audit_entry (result);

CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
CREATE TRIGGER audit_entry_goes_last BEFORE DELETE ON audit_entry
WHEN OLD.number > coalesce(
  (SELECT body ->> '$.changes[0].after.number' FROM audit_entry
   WHERE number = (SELECT max(number) FROM audit_entry) AND act = 'prune'), 0)
BEGIN SELECT RAISE(ABORT, 'an audit entry goes only when the newest entry says so'); END;
