-- Order: deliveries of one destination that have the same key leave one after the other.
--
-- order_key is a hash of the destination and the value; null: there is no order, or its key no longer waits for it.
-- is_behind tells that an earlier unfinished delivery of the same key goes first (earlier: a lower number), so that what
-- is due can be found without walking over what waits for others.

ALTER TABLE delivery ADD COLUMN order_key INTEGER;
ALTER TABLE delivery ADD COLUMN is_behind INTEGER NOT NULL DEFAULT 0;

DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (target, is_behind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_order ON delivery (order_key) WHERE order_key IS NOT NULL AND status <= 2;
