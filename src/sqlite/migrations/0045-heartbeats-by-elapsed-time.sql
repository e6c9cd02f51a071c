-- When a node last beat, by the clock that all nodes of the machine share and nobody sets, and for how long: the time of
-- day may jump, and a jump must not end the heartbeat of a node that lives. Rows whose heartbeat has ended are removed.
DROP TABLE node;
CREATE TABLE node (name TEXT PRIMARY KEY, at REAL NOT NULL, ttl INTEGER NOT NULL, is_leaving INTEGER NOT NULL) WITHOUT ROWID;
DELETE FROM presumed_death;
