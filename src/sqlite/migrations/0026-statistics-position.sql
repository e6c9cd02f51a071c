-- Counters of a minute stay in the row of that minute; the roll-up adds the rows of steps that are over to the next length
-- and keeps the key of the last row of each length that it added. They were in a row of their own (step_ms 0), which the
-- roll-up moved to each length at once.
--
-- The counters that were not rolled up yet are added to the steps of each length. So all of them count as rolled up.

CREATE TABLE statistics_rolled_up (
  step_ms INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL
);

WITH
  step (step_ms) AS (VALUES (60000), (900000), (7200000)),
  counter AS (
    SELECT step.step_ms, row.at - row.at % step.step_ms AS at, row.kind, row.id, one.key AS name, one.value
    FROM statistics AS row, json_each(row.counters) AS one, step WHERE row.step_ms = 0
    UNION ALL
    SELECT row.step_ms, row.at, row.kind, row.id, one.key, one.value
    FROM statistics AS row, json_each(row.counters) AS one
    WHERE row.step_ms <> 0 AND (row.step_ms, row.at, row.kind, row.id) IN (
      SELECT step.step_ms, fresh.at - fresh.at % step.step_ms, fresh.kind, fresh.id
      FROM statistics AS fresh, step WHERE fresh.step_ms = 0
    )
  ),
  total AS (
    SELECT step_ms, at, kind, id, name, iif(name LIKE 'last%', max(value), sum(value)) AS value
    FROM counter GROUP BY step_ms, at, kind, id, name
  )
INSERT INTO statistics (step_ms, at, kind, id, counters)
SELECT step_ms, at, kind, id, json_group_object(name, value) FROM total WHERE true GROUP BY step_ms, at, kind, id
ON CONFLICT DO UPDATE SET counters = excluded.counters;

INSERT INTO statistics_rolled_up (step_ms, at, kind, id)
SELECT step_ms, max(at), char(1114111), '' FROM statistics WHERE step_ms IN (60000, 900000) GROUP BY step_ms;

DELETE FROM statistics WHERE step_ms = 0;
