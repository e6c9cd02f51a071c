-- What goes wrong, grouped into issues. They are few, and whoever notices them has all of them in memory: `body` is the
-- whole record as JSON, read once at the start.

CREATE TABLE issue (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
