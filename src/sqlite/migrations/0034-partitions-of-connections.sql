-- The partition of the deliveries of a connection, from its first version until it is purged. A deleted one that is restored keeps
-- it, since its deliveries are there.
CREATE TABLE connection_partition (id TEXT PRIMARY KEY, partition INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO connection_partition SELECT DISTINCT id, 0 FROM document_version WHERE kind = 'connection';
