import type { Db } from '../../sqlite/db.ts';
import {
  addCounters,
  type Counters,
  type StatisticsAnswer,
  type StatisticsEntry,
  type StatisticsQuery,
  statisticsSteps,
} from '../journal.ts';

/** `counters` is JSON. */
type Row = { at: number; kind: string; id: string; counters: string };

/** The `step_ms` of rows that are not rolled up yet; their time is a minute. */
const fresh = 0;
const minuteMs = statisticsSteps[0].ms;
// One call takes about a millisecond, for which other writes wait.
const rolledUpAtOnce = 30;
const forgottenAtOnce = 200;
const idGreatest = '\u{10ffff}';

export const statisticsOperations = {
  /** `entries`: StatisticsEntry[] as JSON. */
  addStatistics(db: Db, entries: string): void {
    const parsed: StatisticsEntry[] = JSON.parse(entries);
    for (const { at, kind, id, counters } of parsed)
      upsert(db, fresh, { at: at - (at % minuteMs), kind, id, counters });
  },

  /**
   * Adds some fresh rows from before a time to the steps of each length, and deletes them in the same transaction, so that
   * nothing counts twice. When there are none, removes some old steps. Returns whether there is more to do.
   */
  rollUpStatistics(db: Db, before: number): boolean {
    const rows = db.all<Row>(
      `SELECT at, kind, id, counters FROM statistics WHERE step_ms = ${fresh} AND at < ?
       ORDER BY at, kind, id LIMIT ${rolledUpAtOnce}`,
      before,
    );
    for (const { at, kind, id, counters } of rows) {
      const parsed = JSON.parse(counters);
      for (const { ms } of statisticsSteps) upsert(db, ms, { at: at - (at % ms), kind, id, counters: parsed });
      db.run(`DELETE FROM statistics WHERE step_ms = ${fresh} AND at = ? AND kind = ? AND id = ?`, at, kind, id);
    }
    return rows.length > 0 || forget(db, before);
  },

  readStatistics(db: Db, query: StatisticsQuery): StatisticsAnswer {
    const { kind, id, from, to, stepMs } = query;
    const ids = id === null ? ['', idGreatest] : [id, id];
    const gathered = gatherCounters(query);
    const gather = (ms: number, time: string, ...times: number[]) => {
      // One row of JSON for all objects of a time: a row for each of them takes twice as long to transfer.
      const sql = `SELECT at, '{' || group_concat(json_quote(id) || ':' || counters) || '}' AS things FROM statistics
        WHERE step_ms = ? AND ${time} AND kind = ? AND id BETWEEN ? AND ? GROUP BY at`;
      for (const { at, things } of db.all<{ at: number; things: string }>(sql, ms, ...times, kind, ...ids))
        for (const [thing, counters] of Object.entries<Counters>(JSON.parse(things))) gathered.add(at, thing, counters);
    };
    // One step at a time: its rows are found by the key, and only they are in memory.
    for (let at = from; at <= to; at += stepMs) gather(stepMs, 'at = ?', at);
    gather(fresh, 'at BETWEEN ? AND ?', from, to + stepMs - 1);
    return gathered.answer();
  },
};

/** Adds counters to those of a row, which is created when there is none. */
function upsert(db: Db, stepMs: number, { at, kind, id, counters }: StatisticsEntry) {
  const key = [stepMs, at, kind, id];
  const where = 'step_ms = ? AND at = ? AND kind = ? AND id = ?';
  const before = db.get<Row>(`SELECT counters FROM statistics WHERE ${where}`, ...key);
  const sum: Record<string, number> = before === undefined ? {} : JSON.parse(before.counters);
  addCounters(sum, counters);
  const sql = `INSERT INTO statistics (step_ms, at, kind, id, counters) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET counters = excluded.counters`;
  db.run(sql, ...key, JSON.stringify(sum));
}

/** Answers whether there may be more to forget. */
function forget(db: Db, before: number): boolean {
  const sql = `DELETE FROM statistics WHERE (step_ms, at, kind, id) IN
    (SELECT step_ms, at, kind, id FROM statistics WHERE step_ms = ? AND at < ? LIMIT ${forgottenAtOnce})`;
  return statisticsSteps.some(({ ms, keptMs }) => db.run(sql, ms, before - keptMs) === forgottenAtOnce);
}

/** Combines counters, in any order, into the result of a query. */
function gatherCounters(query: StatisticsQuery): {
  add(at: number, id: string, counters: Counters): void;
  answer(): StatisticsAnswer;
} {
  const { from, to, stepMs, follow } = query;
  const count = Math.floor((to - from) / stepMs) + 1;
  const steps = Array.from({ length: count }, (_, index) => ({ at: from + index * stepMs, counters: {} }));
  const things = new Map<string, { id: string; counters: Record<string, number>; series: number[] }>();
  return {
    add(at, id, counters) {
      const index = Math.floor((at - from) / stepMs);
      const step = steps[index];
      if (step === undefined) return;
      addCounters(step.counters, counters);
      let thing = things.get(id);
      if (thing === undefined) {
        thing = { id, counters: {}, series: Array.from({ length: count }, () => 0) };
        things.set(id, thing);
      }
      addCounters(thing.counters, counters);
      thing.series[index] = (thing.series[index] ?? 0) + (counters[follow] ?? 0);
    },
    answer: () => ({ steps, things: [...things.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
  };
}
