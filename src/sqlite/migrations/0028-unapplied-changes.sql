-- A saved change of a connection or destination has consequences for stored data: held deliveries are retried or
-- cancelled, deliveries leave their order, holds and pauses end. Each change of an existing one writes a row in its own
-- transaction. The row is removed when the consequences are done; a start continues with the rows that are left.
--
-- before: the version that the change replaced.

CREATE TABLE unapplied_change (
  revision INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, before INTEGER NOT NULL,
  PRIMARY KEY (revision, kind, id)
) WITHOUT ROWID;
