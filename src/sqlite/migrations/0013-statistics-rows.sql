-- Statistics are a row for each thing and step, to which an upsert adds. `counters` is a JSON object of numbers by name:
-- those whose name begins with "last" keep the greatest, the others add up. step_ms 0: the counters of a minute that are
-- not rolled up yet, which means added to the steps of each length.
--
-- What there was is converted. A row of the old tables held several things: {names, ids, values}, a row of `values` for
-- each id and in it a number for each name, as JSON or a Zstandard frame of it. There could be several for a fresh minute.

CREATE TABLE statistics (
  step_ms INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, counters TEXT NOT NULL,
  PRIMARY KEY (step_ms, at, kind, id)
) WITHOUT ROWID;

WITH
  old AS (
    SELECT step_ms, at, kind, jsonb(unpacked(figures)) AS figures FROM statistic
    UNION ALL
    SELECT 0, at, kind, jsonb(unpacked(figures)) FROM fresh_statistic
  ),
  cell AS (
    SELECT step_ms, at, kind, figures ->> ('$.ids[' || thing.key || ']') AS id,
      figures ->> ('$.names[' || cell.key || ']') AS name, cell.value AS value
    FROM old, json_each(figures, '$.values') AS thing, json_each(thing.value) AS cell
    WHERE cell.value <> 0
  ),
  counter AS (
    SELECT step_ms, at, kind, id, name, iif(name LIKE 'last%', max(value), sum(value)) AS value
    FROM cell GROUP BY step_ms, at, kind, id, name
  )
INSERT INTO statistics (step_ms, at, kind, id, counters)
SELECT step_ms, at, kind, id, json_group_object(name, value) FROM counter GROUP BY step_ms, at, kind, id;

DROP TABLE statistic;
DROP TABLE fresh_statistic;
