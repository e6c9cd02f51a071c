-- The deliveries of a replay that retention or an erasure removed, by status, as JSON: the progress of the replay has them.

ALTER TABLE replay ADD COLUMN removed TEXT NOT NULL DEFAULT '{}';
