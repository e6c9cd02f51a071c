-- Nodes follow the issues that others change: each change has a later revision, and replaces the one that its node has read alone.
-- `removed`: the revision of the last removal.

ALTER TABLE issue ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE INDEX issue_by_revision ON issue (revision);
CREATE TABLE issue_revision (revision INTEGER NOT NULL, removed INTEGER NOT NULL);
INSERT INTO issue_revision (revision, removed) VALUES (1, 1);
