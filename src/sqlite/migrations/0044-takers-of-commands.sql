-- The node that has begun with a command, so that its asker does not wait for a dead one.
ALTER TABLE command ADD COLUMN taken_by TEXT;
