-- What people configured, and what happened and is due.
--
-- A document's present version is the row of document; all its versions, the present one included, are in
-- document_version, so that a change copies nothing.
--
-- The journal is written for few bytes and few rows, because every event passes through it twice:
--   * One row per intake request (event_group) and one per settled batch (attempt_block). `events` and `lines` hold a
--     line of JSON per event or delivery; text as it is, or a blob compressed with Zstandard.
--   * A place is partition << 48 | offset, the rowid of a group is the place of its first event: ids need no index.
--   * Ids from outside and closed lists are integers by way of word and target.
--   * delivery.block is the newest attempt_block with a line about the delivery; each line names the block before it.
--     attempt_block.live counts the deliveries that have a line in it.
--   * status: 0 pending, 1 retrying, 2 held, 3 delivered, 4 failed, 5 skipped, 6 cancelled. Only 0 and 1 have due_at.
--   * Every index ends with the rowid, so that each of them lists newest first.

CREATE TABLE catalog_revision (revision INTEGER NOT NULL);
INSERT INTO catalog_revision VALUES (0);
CREATE TABLE document (kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE document_version (
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
  UNIQUE (kind, id, version)
);

CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE target (
  id INTEGER PRIMARY KEY, destination TEXT NOT NULL, connection TEXT NOT NULL, UNIQUE (destination, connection)
);

CREATE TABLE event_partition (
  partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, position INTEGER NOT NULL, last_at INTEGER NOT NULL
);
CREATE TABLE event_group (
  place INTEGER PRIMARY KEY, count INTEGER NOT NULL, received_at INTEGER NOT NULL, collector INTEGER NOT NULL, events
);
CREATE TABLE seen (
  collector INTEGER NOT NULL, identity TEXT NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (collector, identity)
) WITHOUT ROWID;

CREATE TABLE lease (scope TEXT PRIMARY KEY, owner TEXT, epoch INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (scope TEXT PRIMARY KEY, deliveries TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE delivery_clock (next INTEGER NOT NULL, last_at INTEGER NOT NULL);
INSERT INTO delivery_clock VALUES (1, 0);
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY, created_at INTEGER NOT NULL,
  event INTEGER, event_at INTEGER, action INTEGER, action_version INTEGER,
  target INTEGER NOT NULL, destination_version INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, due_at INTEGER, test INTEGER NOT NULL,
  reason INTEGER, error_kind INTEGER, attempts INTEGER NOT NULL DEFAULT 0, exchanges INTEGER NOT NULL DEFAULT 0,
  schedule_step INTEGER NOT NULL DEFAULT 0, waited_ms INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER, block INTEGER, rendered_block INTEGER, detail TEXT
);
CREATE INDEX delivery_status ON delivery (status, target);
CREATE INDEX delivery_due ON delivery (target, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_event ON delivery (event) WHERE event IS NOT NULL;
CREATE INDEX delivery_action ON delivery (action) WHERE action IS NOT NULL;
CREATE INDEX delivery_error ON delivery (error_kind) WHERE error_kind IS NOT NULL;
CREATE INDEX delivery_test ON delivery (test) WHERE test = 1;
CREATE TABLE attempt_block (id INTEGER PRIMARY KEY, live INTEGER NOT NULL, lines);

CREATE TABLE gate (
  scope_id TEXT PRIMARY KEY, reason TEXT NOT NULL, detail TEXT NOT NULL,
  since INTEGER NOT NULL, probe_at INTEGER NOT NULL, probes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL);
