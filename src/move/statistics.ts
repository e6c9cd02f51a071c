import type { DatabaseSync } from 'node:sqlite';
import { addCounters, statisticsSteps } from '../journal/statistics.ts';
import { type MovedTable, type Row, reading, writing } from './moved-table.ts';

const statistics = {
  step_ms: 'integer',
  kind: 'text',
  id: 'text',
  at: 'bigint',
  counters: 'jsonb',
  is_rolled_up: 'boolean',
} as const;

const [minute, ...longer] = statisticsSteps.map(({ ms }) => ms);

/** The counters, with what is not rolled up yet in the steps of each length. */
export const statisticsTables: readonly MovedTable[] = [
  {
    kind: 'statistics',
    table: 'statistics',
    columns: statistics,
    order: 'step_ms, kind, id, at',
    from: `(SELECT step_ms, kind, id, at, sum_counters(counters) AS counters, true AS is_rolled_up FROM (
        SELECT step_ms, kind, id, at, counters FROM statistics
        UNION ALL SELECT length, kind, id, at - at % length, counters
        FROM statistics CROSS JOIN unnest(ARRAY[${longer.join()}]) AS length WHERE NOT is_rolled_up) AS step
      GROUP BY step_ms, kind, id, at) AS moved`,
    sqlite: {
      *read(database) {
        const late = notRolledUp(database);
        const sql = 'SELECT step_ms, kind, id, at, counters, 1 AS is_rolled_up FROM statistics';
        for (const row of reading(statistics, sql)(database)) {
          const added = late.get(keyOf(row));
          late.delete(keyOf(row));
          if (added !== undefined) addCounters(countersOf(row), countersOf(added));
          yield row;
        }
        yield* late.values();
      },
      write: writing(
        statistics,
        'INSERT INTO statistics (step_ms, at, kind, id, counters) VALUES (:step_ms, :at, :kind, :id, :counters)',
        `INSERT INTO statistics_rolled_up (step_ms, at, kind, id)
         SELECT :step_ms, :at, char(1114111), '' WHERE :step_ms <> ${longer.at(-1)}
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      ),
    },
  },
];

const countersOf = ({ counters }: Row) => counters as Record<string, number>; // by `statistics`

const keyOf = ({ step_ms: ms, kind, id, at }: Row) => `${ms} ${kind} ${id} ${at}`;

/** What the roll-up would add to longer steps, by their keys. */
function notRolledUp(database: DatabaseSync): Map<string, Row> {
  const late = new Map<string, Row>();
  for (const ms of [minute, ...longer.slice(0, -1)]) {
    const sql = `SELECT step_ms, kind, id, at, counters, 1 AS is_rolled_up FROM statistics WHERE step_ms = ${ms}
      AND (at, kind, id) > (SELECT at, kind, id FROM (
        SELECT at, kind, id FROM statistics_rolled_up WHERE step_ms = ${ms} UNION ALL SELECT 0, '', '') ORDER BY at DESC LIMIT 1)`;
    for (const row of reading(statistics, sql)(database))
      for (const length of longer) {
        if (length <= Number(row['step_ms'])) continue;
        const step: Row = { ...row, step_ms: length, at: Number(row['at']) - (Number(row['at']) % length) };
        const known = late.get(keyOf(step));
        if (known === undefined) late.set(keyOf(step), { ...step, counters: { ...countersOf(row) } });
        else addCounters(countersOf(known), countersOf(row));
      }
  }
  return late;
}
