-- Changes of status alone are not versions, and deleted documents can be restored.
--
-- A change of the status alone (pause, resume, enable, disable) still makes a row with the next version number, which
-- deliveries name and If-Match compares. It has listed = 0, and lists of versions leave it out.
--
-- A deleted document leaves `document`, from which everything reads, for `deleted_document`. Retention removes it with
-- its versions after 30 days. Documents that were deleted before this migration get its time.

ALTER TABLE document_version ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;

CREATE TABLE deleted_document (
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, deleted_at INTEGER NOT NULL, deleted_by TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX deleted_document_at ON deleted_document (deleted_at, id);

INSERT INTO deleted_document (kind, id, version, deleted_at, deleted_by)
  SELECT kind, id, max(version), CAST(unixepoch('subsec') * 1000 AS INTEGER), updated_by
  FROM document_version AS v
  WHERE NOT EXISTS (SELECT 1 FROM document AS d WHERE d.kind = v.kind AND d.id = v.id)
  GROUP BY kind, id;
