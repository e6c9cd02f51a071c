-- Replays: planned re-sending of events and deliveries.
--
-- A replay is one row, with how far it came (`cursor`) and what it left out. What it made are deliveries like others whose
-- target names it, so that each replay has queues of its own and nothing is looked up for the others. `replay` is '' for
-- deliveries of no replay; the table is small, a row for each destination and each of a replay.
--   * replay_of, replay_of_at: the delivery that is repeated, its number and time of creation, since it may be removed.
--   * replay_key: the idempotency key to carry in place of its own.

CREATE TABLE replay (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, input TEXT NOT NULL, started_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, finished_at INTEGER, up_to TEXT, cursor TEXT, is_read INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL, made INTEGER NOT NULL DEFAULT 0, left_out TEXT NOT NULL DEFAULT '{}', outcome TEXT
) WITHOUT ROWID;
CREATE INDEX replay_state ON replay (state);

CREATE TABLE target_with_replay (
  id INTEGER PRIMARY KEY, destination TEXT NOT NULL, connection TEXT NOT NULL, replay TEXT NOT NULL DEFAULT '',
  UNIQUE (destination, connection, replay)
);
INSERT INTO target_with_replay (id, destination, connection) SELECT id, destination, connection FROM target;
DROP TABLE target;
ALTER TABLE target_with_replay RENAME TO target;
CREATE INDEX target_replay ON target (replay) WHERE replay != '';

ALTER TABLE delivery ADD COLUMN replay_of INTEGER;
ALTER TABLE delivery ADD COLUMN replay_of_at INTEGER;
ALTER TABLE delivery ADD COLUMN replay_key TEXT;
CREATE INDEX delivery_replay_of ON delivery (replay_of) WHERE replay_of IS NOT NULL;
