-- The pauses that systems asked for have been notes, which no lease protects: a former owner of a connection could write them.
CREATE TABLE pause (
  scope_id TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, origin TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO pause (scope_id, since, until, origin)
  SELECT substr(name, 8), text ->> 'since', text ->> 'until', text ->> 'origin'
  FROM note WHERE name >= 'pauses/' AND name < 'pauses0';
DELETE FROM note WHERE name >= 'pauses/' AND name < 'pauses0';
