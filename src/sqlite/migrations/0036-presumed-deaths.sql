-- The owner of each in-flight marker, and the deliveries whose crash count was raised since the heartbeat of a process had ended:
-- as JSON, by the process and the partition. A process that lives nevertheless takes its own back.
ALTER TABLE in_flight ADD COLUMN owner TEXT;
CREATE TABLE presumed_death (
  node TEXT NOT NULL, partition INTEGER NOT NULL, at INTEGER NOT NULL, deliveries TEXT NOT NULL,
  PRIMARY KEY (node, partition)
) WITHOUT ROWID;
