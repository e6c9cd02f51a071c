-- The owner of a replay's partition reads its sources. Deliveries that it plans for other partitions are passed like those of
-- events. `rows`: a ReplayedRow for each delivery as JSON; `count`: how many deliveries.
ALTER TABLE replay ADD COLUMN partition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE passed_delivery ADD COLUMN replay TEXT;
ALTER TABLE passed_delivery ADD COLUMN rows TEXT;
ALTER TABLE passed_delivery ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
CREATE INDEX passed_delivery_replay ON passed_delivery (replay) WHERE replay IS NOT NULL;
