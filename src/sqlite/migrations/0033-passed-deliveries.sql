-- Deliveries that the plan of one partition passes to another: its owner creates them in the order of the ids, which is
-- that of the acknowledgements, and removes the row. `first`: the offset of the first event of its deliveries in `source`,
-- which retention keeps. `deliveries`: PlannedGroup[] as JSON. With one partition there is no row.
CREATE TABLE passed_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, target INTEGER NOT NULL, source INTEGER NOT NULL, first INTEGER NOT NULL,
  at INTEGER NOT NULL, deliveries TEXT NOT NULL
);
CREATE INDEX passed_delivery_target ON passed_delivery (target);
CREATE INDEX passed_delivery_source ON passed_delivery (source, first);
