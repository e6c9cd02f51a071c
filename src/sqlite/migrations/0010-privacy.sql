-- What is kept of people, for how long, and its erasure.
--
-- delivery.bodies_until is when the bodies of a finished delivery go; NULL: with it. Most have none, and none of them is in
-- the index.
--
-- An erasure is a row until its work is done and after, so that it goes on after a restart. `sought` says whose data goes
-- and is taken out at the end; `code` is what stays to recognise it by. `cursor` is JSON: how far it came. Events that it
-- blanked are in erased_event until the identities that point to them are gone; then no erasure has rows there.

ALTER TABLE delivery ADD COLUMN bodies_until INTEGER;
CREATE INDEX delivery_bodies ON delivery (bodies_until) WHERE bodies_until IS NOT NULL;

CREATE TABLE erasure (
  id TEXT PRIMARY KEY, code TEXT NOT NULL, sought TEXT, cursor TEXT, state TEXT NOT NULL,
  counts TEXT NOT NULL, created_at INTEGER NOT NULL, finished_at INTEGER
) WITHOUT ROWID;
CREATE TABLE erased_event (place INTEGER PRIMARY KEY);
