-- What people configured, and what rooms keep between starts.
--
-- Texts that are compared or sorted have the collation "C", the order of their bytes, whatever language the database has. A text
-- of people can have a NUL, which PostgreSQL can't store: see src/postgres/text.ts.

CREATE TABLE note (name text COLLATE "C" PRIMARY KEY, text text NOT NULL);

-- The audit trail: a chain of entries, each with the hash of the one before (docs/audit.md).
--
-- `body` is the whole entry as canonical JSON and `hash` the SHA-256 of it; the other columns are read out of it, to search by.
-- A transaction that adds entries locks the row with the head last. Entries are only added. The first ones may go when the
-- newest entry says up to where.

CREATE TABLE audit_head (number bigint NOT NULL, hash text NOT NULL);
INSERT INTO audit_head VALUES (0, repeat('0', 64));
CREATE TABLE audit_entry (
  number bigint PRIMARY KEY, body text NOT NULL, hash text NOT NULL,
  created_at text COLLATE "C" NOT NULL, act text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, id text COLLATE "C",
  principal text COLLATE "C" NOT NULL, principal_id text COLLATE "C", result text COLLATE "C" NOT NULL
);
CREATE INDEX audit_entry_created ON audit_entry (created_at);
CREATE INDEX audit_entry_act ON audit_entry (act, number);
CREATE INDEX audit_entry_kind ON audit_entry (kind, number);
CREATE INDEX audit_entry_thing ON audit_entry (id, number);
CREATE INDEX audit_entry_principal ON audit_entry (principal, number);
CREATE INDEX audit_entry_principal_id ON audit_entry (principal_id, number);
CREATE INDEX audit_entry_result ON audit_entry (result, number);

CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'an audit entry is never changed';
  END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR TRUNCATE ON audit_entry EXECUTE FUNCTION audit_entry_stays();
CREATE FUNCTION audit_entry_goes_last() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (SELECT max(number) FROM gone) > coalesce(
      (SELECT (body::json #>> '{changes,0,after,number}')::bigint FROM audit_entry
       WHERE number = (SELECT max(number) FROM audit_entry) AND act = 'prune'), 0)
    THEN RAISE EXCEPTION 'an audit entry goes only when the newest entry says so';
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER audit_entry_goes_last AFTER DELETE ON audit_entry REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_goes_last();

-- Users, roles, tokens and sessions. `body` is JSON; `last_used_at` is beside it, since uses are stored without a new revision.

CREATE TABLE account_revision (revision bigint NOT NULL);
INSERT INTO account_revision VALUES (0);
CREATE TABLE account (
  kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, body text NOT NULL, last_used_at bigint,
  PRIMARY KEY (kind, id)
);
CREATE TABLE sign_in_attempt (
  key text COLLATE "C" PRIMARY KEY, failures integer NOT NULL, last_at bigint NOT NULL, open_at bigint NOT NULL
);
CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last_at);

-- Configuration: documents with their versions. `body` is JSON with sealed secrets.

CREATE TABLE catalog_revision (revision bigint NOT NULL);
INSERT INTO catalog_revision VALUES (0);
-- A deleted document has `deleted_at` and stays until it is purged. `partition`: of the deliveries of a connection.
CREATE TABLE document (
  kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version integer NOT NULL, partition smallint,
  deleted_at bigint, deleted_by text, PRIMARY KEY (kind, id)
);
CREATE INDEX document_deleted ON document (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE TABLE document_version (
  kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version integer NOT NULL, body text NOT NULL,
  created_at text NOT NULL, updated_at text NOT NULL, updated_by text NOT NULL, listed boolean NOT NULL,
  characters integer GENERATED ALWAYS AS (length(body)) STORED, PRIMARY KEY (kind, id, version)
);
CREATE TABLE unapplied_change (
  revision bigint NOT NULL, kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, before integer NOT NULL,
  PRIMARY KEY (revision, kind, id)
);

-- Issues. `fingerprint` is the SHA-256 of that in the body, which may be long. `removed`: the revision that last removed issues.

CREATE TABLE issue_revision (revision bigint NOT NULL, removed bigint NOT NULL);
INSERT INTO issue_revision VALUES (1, 1);
CREATE TABLE issue (
  id text COLLATE "C" PRIMARY KEY, fingerprint text COLLATE "C" NOT NULL UNIQUE, revision bigint NOT NULL, body text NOT NULL
);
CREATE INDEX issue_by_revision ON issue (revision);

-- What the HTTP interface remembers of requests. A rejected request: `body` is JSON without the body of the request, `sent`.

CREATE TABLE rejected_request (
  id text COLLATE "C" PRIMARY KEY, collector_id text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, at bigint NOT NULL,
  bytes integer NOT NULL, body text NOT NULL, sent text
);
-- Responses to idempotency keys; `status` is null until there is one. `number`: the order of their beginnings.
CREATE TABLE kept_response (
  principal text COLLATE "C" NOT NULL, place text COLLATE "C" NOT NULL, digest text COLLATE "C" NOT NULL, at bigint NOT NULL,
  epoch text COLLATE "C" NOT NULL, status smallint, headers text NOT NULL DEFAULT '{}', body text NOT NULL DEFAULT '',
  rights text NOT NULL DEFAULT '[]', bytes integer NOT NULL, number bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (principal, place)
);
CREATE INDEX kept_response_at ON kept_response (at);
