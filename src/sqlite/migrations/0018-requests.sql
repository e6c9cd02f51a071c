-- What the HTTP interface remembers of requests over a restart.
--
-- rejected_request: the last rejected intake requests; `body` is JSON, without anything of their content. An empty
-- collector_id: the key is unknown.
--
-- kept_response: the first response to each Idempotency-Key. `place` is the SHA-256 of path and key, `digest` that of the
-- request body. While `status` is NULL the request runs in the process `epoch`; after its end, the outcome is unknown.
--
-- key_use: when a former key of a collector was last used.

CREATE TABLE rejected_request (
  id TEXT PRIMARY KEY, collector_id TEXT NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE kept_response (
  number INTEGER PRIMARY KEY, principal TEXT NOT NULL, place TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
  epoch TEXT NOT NULL, status INTEGER, headers TEXT NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL
);
CREATE UNIQUE INDEX kept_response_place ON kept_response (principal, place);
CREATE INDEX kept_response_at ON kept_response (at);

CREATE TABLE key_use (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
