import type { Db } from '../../../sqlite/db.ts';
import { gatherCounters } from '../../codec/gathered-counters.ts';
import {
  addCounters,
  type Counters,
  type StatisticsEntry,
  type StatisticsQuery,
  type StatisticsResult,
  statisticsSteps,
} from '../../journal.ts';

/** `counters` is JSON. */
type Row = Key & { counters: string };
/** The key of a row within a step length, in the order of the roll-up. */
type Key = { at: number; kind: string; id: string };

const stepLengths = statisticsSteps.map(({ ms }) => ms);
// One call takes about three milliseconds, for which other writes wait. With 60 rows, its transaction cost twice the rows.
const rolledUpAtOnce = 200;
const forgottenAtOnce = 200;
const idGreatest = '\u{10ffff}';

/*
 * Counters are added to the row of their minute. When a step is over, the roll-up adds its rows, in the order of their keys,
 * to those of the next length. `statistics_rolled_up` has the key of the last row of each length that was added: readers of
 * longer steps add the rows behind it, and what is added to a row before it is added to the longer steps at once.
 */
export const statisticsOperations = {
  /** `entries`: StatisticsEntry[] as JSON. */
  addStatistics(db: Db, entries: string): void {
    const parsed: StatisticsEntry[] = JSON.parse(entries);
    const rolledUp = rolledUpKeys(db);
    for (const { at, kind, id, counters } of parsed)
      add(db, 0, { at, kind, id, counters: JSON.stringify(counters) }, rolledUp);
  },

  /**
   * Adds some rows of steps that ended by a time to steps of the next length, and moves the key of the last such row in the
   * same transaction, so that nothing counts twice. When there are none, removes some old steps. Returns whether there is
   * more to do.
   */
  rollUpStatistics(db: Db, { before, aged }: { before: number; aged: number | null }): boolean {
    const rolledUp = rolledUpKeys(db);
    for (const [level, ms] of stepLengths.slice(0, -1).entries()) {
      const { at, kind, id } = rolledUp[level] ?? first;
      const rows = db.all<Row>(
        `SELECT at, kind, id, counters FROM statistics
         WHERE step_ms = ? AND (at, kind, id) > (?, ?, ?) AND at <= ? ORDER BY at, kind, id LIMIT ${rolledUpAtOnce}`,
        ...[ms, at, kind, id, before - ms],
      );
      for (const row of rows) add(db, level + 1, row, rolledUp);
      const last = rows.at(-1);
      if (last === undefined) continue;
      const sql = 'INSERT OR REPLACE INTO statistics_rolled_up (step_ms, at, kind, id) VALUES (?, ?, ?, ?)';
      db.run(sql, ms, last.at, last.kind, last.id);
      return true;
    }
    return aged !== null && forget(db, aged);
  },

  readStatistics(db: Db, query: StatisticsQuery): StatisticsResult {
    const { kind, id, from, to, stepMs } = query;
    const ids = id === null ? ['', idGreatest] : [id, id];
    const gathered = gatherCounters(query);
    const gather = (ms: number, time: string, ...times: (number | string)[]) => {
      // One row of JSON for all objects of a time: a row for each of them takes twice as long to transfer.
      const sql = `SELECT at, '{' || group_concat(json_quote(id) || ':' || counters) || '}' AS things FROM statistics
        WHERE step_ms = ? AND ${time} AND kind = ? AND id BETWEEN ? AND ? GROUP BY at`;
      for (const { at, things } of db.all<{ at: number; things: string }>(sql, ms, ...times, kind, ...ids))
        for (const [thing, counters] of Object.entries<Counters>(JSON.parse(things))) gathered.add(at, thing, counters);
    };
    // One step at a time: its rows are found by the key, and only they are in memory.
    for (let at = from; at <= to; at += stepMs) gather(stepMs, 'at = ?', at);
    const rolledUp = rolledUpKeys(db);
    for (const [level, ms] of stepLengths.entries()) {
      if (ms >= stepMs) break;
      const last = rolledUp[level] ?? first;
      const behind = 'at BETWEEN ? AND ? AND (at, kind, id) > (?, ?, ?)';
      gather(ms, behind, Math.max(from, last.at), to + stepMs - 1, last.at, last.kind, last.id);
    }
    return gathered.result();
  },
};

const first: Key = { at: 0, kind: '', id: '' };

/** The key of the last row that was rolled up, of each length of steps but the longest. */
function rolledUpKeys(db: Db): (Key | undefined)[] {
  const rows = db.all<Key & { step_ms: number }>('SELECT step_ms, at, kind, id FROM statistics_rolled_up');
  return stepLengths.map((ms) => rows.find((row) => row.step_ms === ms));
}

/** Adds counters to the step that holds their time, and to longer ones where that step is rolled up already. */
function add(db: Db, level: number, row: Row, rolledUp: readonly (Key | undefined)[]) {
  const ms = stepLengths[level];
  if (ms === undefined) return;
  const inStep = { ...row, at: row.at - (row.at % ms) };
  upsert(db, ms, inStep);
  const last = rolledUp[level];
  if (last !== undefined && compare(inStep, last) <= 0) add(db, level + 1, inStep, rolledUp);
}

/** As SQLite compares the keys: kinds and ids are ASCII. */
function compare(a: Key, b: Key): number {
  if (a.at !== b.at) return a.at - b.at;
  const [one, other] = a.kind === b.kind ? [a.id, b.id] : [a.kind, b.kind];
  return one < other ? -1 : Number(one > other);
}

/** Adds counters to those of a row, which is created when there is none. */
function upsert(db: Db, stepMs: number, { at, kind, id, counters }: Row) {
  const key = [stepMs, at, kind, id];
  const insert = `INSERT INTO statistics (step_ms, at, kind, id, counters) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`;
  if (db.run(insert, ...key, counters) === 1) return;
  const where = 'step_ms = ? AND at = ? AND kind = ? AND id = ?';
  const before = db.get<Row>(`SELECT counters FROM statistics WHERE ${where}`, ...key);
  const sum: Record<string, number> = before === undefined ? {} : JSON.parse(before.counters);
  addCounters(sum, JSON.parse(counters));
  db.run(`UPDATE statistics SET counters = ? WHERE ${where}`, JSON.stringify(sum), ...key);
}

/** Answers whether there may be more to forget. */
function forget(db: Db, aged: number): boolean {
  const sql = `DELETE FROM statistics WHERE (step_ms, at, kind, id) IN
    (SELECT step_ms, at, kind, id FROM statistics WHERE step_ms = ? AND at < ? LIMIT ${forgottenAtOnce})`;
  return statisticsSteps.some(({ ms, keptMs }) => db.run(sql, ms, aged - keptMs) === forgottenAtOnce);
}
