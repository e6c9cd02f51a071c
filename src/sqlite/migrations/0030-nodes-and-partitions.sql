-- A node owns partitions: the events and the deliveries of each by one lease, which lasts as long as the node's heartbeat.
-- The in-flight marker is one of each partition. Embedded mode is one node, which owns partition 0.
CREATE TABLE node (name TEXT PRIMARY KEY, until INTEGER NOT NULL, is_leaving INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE partition_lease (partition INTEGER PRIMARY KEY, owner TEXT, epoch INTEGER NOT NULL);
DROP TABLE lease;

CREATE TABLE in_flight (partition INTEGER PRIMARY KEY, deliveries TEXT NOT NULL, on_trial INTEGER);
INSERT INTO in_flight SELECT 0, deliveries, on_trial FROM mark WHERE scope = 'deliveries/0';
DROP TABLE mark;

-- Each partition numbers its own deliveries. Those of partition 0 keep their numbers; see delivery-rows.ts.
CREATE TABLE delivery_partition (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, last_at INTEGER NOT NULL);
INSERT INTO delivery_partition SELECT 0, next, last_at FROM delivery_clock;
DROP TABLE delivery_clock;

-- All deliveries of a target are of one partition, that of its connection.
CREATE TABLE target_of_partition (
  id INTEGER PRIMARY KEY, destination TEXT NOT NULL, connection TEXT NOT NULL, replay TEXT NOT NULL DEFAULT '',
  partition INTEGER NOT NULL DEFAULT 0, UNIQUE (destination, connection, replay, partition)
);
INSERT INTO target_of_partition (id, destination, connection, replay) SELECT id, destination, connection, replay FROM target;
DROP TABLE target;
ALTER TABLE target_of_partition RENAME TO target;
CREATE INDEX target_replay ON target (replay) WHERE replay != '';
