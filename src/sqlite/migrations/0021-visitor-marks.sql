-- A search for a visitor reads only the events that may be of this visitor: for each 4,096 events of the log, `marks` has a
-- hash of 16 bits of the visitor of each. `place` is that of the first, a multiple of 4,096. Segments can be missing: the
-- newest one, and those of older events until retention has run.
CREATE TABLE visitor_marks (place INTEGER PRIMARY KEY, marks BLOB NOT NULL);
