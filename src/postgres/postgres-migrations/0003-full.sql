-- Whether the size limit is reached with nothing left to remove: all nodes refuse events then. Written by the node that has the
-- retention, read with each heartbeat.
ALTER TABLE partition_count ADD COLUMN is_full boolean NOT NULL DEFAULT false;
