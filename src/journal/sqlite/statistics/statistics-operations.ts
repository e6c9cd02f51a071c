import type { Db } from '../../../sqlite/db.ts';
import { type StatisticsAnswer, type StatisticsQuery, statisticsSteps } from '../../journal.ts';
import type { StoredLines } from '../codec/compressed-lines.ts';
import { type FigureTable, figureSum, packTable, unpackTable } from './figure-table.ts';
import { gatherTables } from './query.ts';

/** Figures of things of one kind in one minute; `figures` is a FigureTable as JSON. */
export type FreshFigures = Place & { figures: string };

type Place = { at: number; kind: string; part: number };
type Row = { at: number; figures: StoredLines };

// One call takes about a millisecond: others wait for as long.
const freshAtOnce = 12;
const thingsAtOnce = 12;
const forgottenAtOnce = 50;

export const statisticsOperations = {
  addStatistics(db: Db, fresh: FreshFigures[]): void {
    const sql = 'INSERT INTO fresh_statistic (at, kind, part, figures) VALUES (?, ?, ?, ?)';
    for (const { at, kind, part, figures } of fresh) db.run(sql, at, kind, part, figures);
  },

  /**
   * Moves some of what is fresh from before a time into the steps, or forgets some steps whose time is over. Answers
   * whether there is more of it. What is moved leaves its old place in the same transaction: nothing counts twice.
   */
  rollUpStatistics(db: Db, { before }: { before: number }): boolean {
    const sql = 'SELECT at, kind, part FROM fresh_statistic WHERE at < ? ORDER BY at, kind, part LIMIT 1';
    for (let things = 0; things < thingsAtOnce; ) {
      const place = db.get<Place>(sql, before);
      if (place === undefined) return forget(db, before);
      things += moveIntoSteps(db, place);
    }
    return true;
  },

  /** `part`: the one that the query's id is in. */
  readStatistics(db: Db, { part, ...query }: StatisticsQuery & { part: number | null }): StatisticsAnswer {
    const { kind, from, to, stepMs } = query;
    const gathered = gatherTables(query);
    const where = 'kind = ?2 AND at BETWEEN ?3 AND ?4 AND part = coalesce(?5, part)';
    const rows = db.all<Row>(
      `SELECT at, figures FROM statistic WHERE step_ms = ?1 AND ${where}
       UNION ALL SELECT at, figures FROM fresh_statistic WHERE ${where}`,
      stepMs,
      kind,
      from,
      to + stepMs - 1,
      part,
    );
    for (const { at, figures } of rows) gathered.add(at, unpackTable(figures));
    return gathered.answer();
  },
};

/** Moves the fresh figures of one place, as many as one call may; answers of how many things they are. */
function moveIntoSteps(db: Db, { at, kind, part }: Place): number {
  const rows = db.all<{ number: number; figures: StoredLines }>(
    `SELECT rowid AS number, figures FROM fresh_statistic WHERE at = ? AND kind = ? AND part = ? LIMIT ${freshAtOnce}`,
    at,
    kind,
    part,
  );
  const sum = figureSum();
  for (const { figures } of rows) sum.addTable(unpackTable(figures));
  for (const { ms } of statisticsSteps) addToStep(db, ms, { at: at - (at % ms), kind, part }, sum.table);
  for (const { number } of rows) db.run('DELETE FROM fresh_statistic WHERE rowid = ?', number);
  return sum.table.ids.length;
}

function addToStep(db: Db, stepMs: number, { at, kind, part }: Place, more: FigureTable) {
  const sql = 'SELECT rowid AS number, figures FROM statistic WHERE step_ms = ? AND at = ? AND kind = ? AND part = ?';
  const before = db.get<{ number: number; figures: StoredLines }>(sql, stepMs, at, kind, part);
  if (before === undefined) {
    const insert = 'INSERT INTO statistic (step_ms, at, kind, part, figures) VALUES (?, ?, ?, ?, ?)';
    db.run(insert, stepMs, at, kind, part, packTable(more));
    return;
  }
  const sum = figureSum(unpackTable(before.figures));
  sum.addTable(more);
  db.run('UPDATE statistic SET figures = ? WHERE rowid = ?', packTable(sum.table), before.number);
}

/** Answers whether there may be more to forget. */
function forget(db: Db, before: number): boolean {
  const sql = `DELETE FROM statistic WHERE rowid IN
    (SELECT rowid FROM statistic WHERE step_ms = ? AND at < ? LIMIT ${forgottenAtOnce})`;
  return statisticsSteps.some(({ ms, keptMs }) => db.run(sql, ms, before - keptMs) === forgottenAtOnce);
}
