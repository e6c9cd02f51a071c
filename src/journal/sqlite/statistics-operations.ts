import type { Db } from '../../sqlite/db.ts';
import { gatherFigures } from '../figures.ts';
import {
  addFigures,
  type Figures,
  type StatisticsAnswer,
  type StatisticsEntry,
  type StatisticsQuery,
  statisticsSteps,
} from '../journal.ts';
import { packLines, type StoredLines, unpackLines } from './lines.ts';

type FiguresById = Record<string, Record<string, number>>;
type Row = { at: number; figures: StoredLines };

const [minute, ...longer] = statisticsSteps;

export const statisticsOperations = {
  /** `entries` is StatisticsEntry[] as JSON. */
  addStatistics(db: Db, { entries }: { entries: string }): void {
    const given: StatisticsEntry[] = JSON.parse(entries);
    let newest = 0;
    for (const [kind, ofKind] of Map.groupBy(given, (one) => one.kind))
      for (const [at, inMinute] of Map.groupBy(ofKind, (one) => stepOf(one.at, minute.ms))) {
        newest = Math.max(newest, at);
        const byId: FiguresById = {};
        for (const { id, figures } of inMinute) addTo(byId, id, figures);
        const wasCounted = merge(db, minute.ms, kind, at, byId);
        if (wasCounted) for (const { ms } of longer) merge(db, ms, kind, stepOf(at, ms), byId);
      }
    countMinutes(db, newest);
  },

  readStatistics(db: Db, query: StatisticsQuery): StatisticsAnswer {
    const { kind, from, to, stepMs } = query;
    const gathered = gatherFigures(query);
    const gather = (rows: Row[]) => {
      for (const { at, figures } of rows)
        for (const [id, one] of Object.entries(parse(figures))) gathered.add(at, id, one);
    };
    const sql = 'SELECT at, figures FROM statistic WHERE step_ms = ? AND kind = ? AND at BETWEEN ? AND ?';
    const end = to + stepMs - 1;
    gather(db.all<Row>(sql, stepMs, kind, from, end));
    if (stepMs !== minute.ms) gather(db.all<Row>(`${sql} AND is_counted = 0`, minute.ms, kind, from, end));
    return gathered.answer();
  },
};

/** Adds to a row, making it when there is none. Answers whether longer steps have it already. */
function merge(db: Db, stepMs: number, kind: string, at: number, more: FiguresById): boolean {
  const where = 'WHERE step_ms = ? AND kind = ? AND at = ?';
  const before = db.get<{ is_counted: number; figures: StoredLines }>(
    `SELECT is_counted, figures FROM statistic ${where}`,
    stepMs,
    kind,
    at,
  );
  if (before === undefined) {
    const sql = 'INSERT INTO statistic (step_ms, kind, at, is_counted, figures) VALUES (?, ?, ?, 0, ?)';
    db.run(sql, stepMs, kind, at, packLines(JSON.stringify(more)));
    return false;
  }
  const sum = parse(before.figures);
  for (const [id, figures] of Object.entries(more)) addTo(sum, id, figures);
  db.run(`UPDATE statistic SET figures = ? ${where}`, packLines(JSON.stringify(sum)), stepMs, kind, at);
  return before.is_counted === 1;
}

/** Adds the minutes before one to the longer steps, once each, and forgets what is over its time. */
function countMinutes(db: Db, before: number) {
  const sql = 'SELECT kind, at, figures FROM statistic WHERE step_ms = ? AND is_counted = 0 AND at < ?';
  const over = db.all<Row & { kind: string }>(sql, minute.ms, before);
  if (over.length === 0) return;
  for (const { kind, at, figures } of over) {
    for (const { ms } of longer) merge(db, ms, kind, stepOf(at, ms), parse(figures));
    db.run('UPDATE statistic SET is_counted = 1 WHERE step_ms = ? AND kind = ? AND at = ?', minute.ms, kind, at);
  }
  for (const { ms, keptMs } of statisticsSteps)
    db.run('DELETE FROM statistic WHERE step_ms = ? AND at < ?', ms, before - keptMs);
}

function addTo(byId: FiguresById, id: string, figures: Figures) {
  const sum = byId[id] ?? {};
  addFigures(sum, figures);
  byId[id] = sum;
}

function parse(stored: StoredLines): FiguresById {
  return JSON.parse(unpackLines(stored)[0] ?? '{}');
}

const stepOf = (at: number, ms: number) => at - (at % ms);
