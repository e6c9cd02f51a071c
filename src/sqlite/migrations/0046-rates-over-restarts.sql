-- What the next owner of a partition has to know of the requests that were sent at each rate, so that it exceeds none: by connection,
-- destination or replay.
CREATE TABLE sent_at_rate (
  partition INTEGER NOT NULL, scope_id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (partition, scope_id)
) WITHOUT ROWID;
