-- What the plan of a replay leaves out, by reason, as JSON: its progress shows the figures of its plan until all is read.

ALTER TABLE replay ADD COLUMN plan_left_out TEXT NOT NULL DEFAULT '{}';
