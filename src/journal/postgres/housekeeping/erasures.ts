import { inSteps } from '../../../async/in-steps.ts';
import { appendAudit } from '../../../audit/postgres/append.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { isLate } from '../../../postgres/unavailable.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { ErasureStep, Erasures } from '../../erasures.ts';
import type { PartitionMemory } from '../partition-memory.ts';
import type { Words } from '../words.ts';
import { compact, dayMs } from './day-tables.ts';
import { deliveriesOfEvents, inTurns } from './erased-deliveries.ts';
import { foundGroups, matcherOf } from './erased-events.ts';
import { makeRowsOfOpen, phases } from './erasure-phases.ts';
import {
  type Cursor,
  erasureRow,
  insertErasure,
  listErasures,
  type Phase,
  partitionEnds,
  soughtOf,
} from './erasure-row.ts';

type Parts = Postgres & { partitions: PartitionMemory; words: Words };

/** The phases that change deliveries. */
const changing: ReadonlySet<Phase> = new Set<Phase>(['events', 'tests', 'details']);
/** Up to which size a table is rewritten, while others wait for it: one that is in use all the time, and one of a former day. */
const rewrittenBytes = { ofNoDay: 64 * 2 ** 20, ofDay: 2 ** 30 };

/** The erasures of the journal of a database. */
export function postgresErasures(parts: Parts): Erasures {
  const { query, read, transaction, partitions, words } = parts;
  return {
    async count(sought) {
      const sum = { events: 0, deliveries: 0, unfinished: 0 };
      await makeRowsOfOpen(query, partitions);
      for (const [partition, end] of await partitionEnds(read))
        await inSteps(0, async (from) => {
          const { groups, isEnd } = await foundGroups(read, matcherOf(sought), { partition, from, end });
          const numbers = groups.flatMap(({ first, hits }) => hits.map((hit) => first + hit));
          const rows = numbers.length === 0 ? [] : ((await deliveriesOfEvents(read, partition, numbers)) ?? []);
          sum.events += numbers.length;
          sum.deliveries += rows.length;
          sum.unfinished += rows.filter(({ status }) => status <= statusCodes.held).length;
          const last = groups.at(-1);
          return isEnd || last === undefined ? null : last.first + last.count;
        });
      return sum;
    },

    async begin(erasure, entry) {
      await transaction(async (within) => {
        await insertErasure(within, erasure);
        await appendAudit(within, [entry]);
      });
    },

    list: () => listErasures(query),

    async step(id, { now, sending }) {
      const [found] = await query<{ cursor: string }>('SELECT cursor FROM erasure WHERE id = $1', [id]);
      const isChange = found !== undefined && changing.has((JSON.parse(found.cursor) as Cursor).phase); // stored by `begin`
      if (isChange) {
        await makeRowsOfOpen(query, partitions);
        await words.ensure(['cancelled']);
      }
      const own = new Set([...partitions.known()].map(({ partition }) => partition));
      const done = await inTurns(partitions, isChange ? own : [], () =>
        transaction(async (within): Promise<{ step: ErasureStep; cursor: Cursor | null }> => {
          const step: ErasureStep = { state: 'running', waitsFor: null, events: [], cancelled: [] };
          const row = await erasureRow(within, id);
          if (row === undefined || row.state === 'done') return { step: { ...step, state: 'done' }, cursor: null };
          const cursor: Cursor = JSON.parse(row.cursor);
          const counts = JSON.parse(row.counts);
          const sought = soughtOf(row);
          if (cursor.phase === 'clear' || sought === null) return { step, cursor };
          const work = { query: within, words, cursor, counts, step, now, sending, sought };
          await phases[cursor.phase]({ ...work, isOwned: (partition) => own.has(partition) });
          const { phase } = work.cursor as Pick<Cursor, 'phase'>; // the phase has moved it
          if (step.waitsFor !== null) return { step: { ...step, state: 'waiting' }, cursor: null };
          if (phase === 'forget') step.state = 'searched';
          await within('UPDATE erasure SET cursor = $2, counts = $3, sought = $4 WHERE id = $1', [
            ...[id, JSON.stringify(cursor), JSON.stringify(counts), phase === 'clear' ? null : row.sought],
          ]);
          return { step, cursor: null };
        }),
      );
      return done.cursor === null ? done.step : clear(parts, id, done.cursor, now);
    },
  };
}

/**
 * Old versions of erased rows leave with their tables, which are rewritten one by one. That of today is in use by everybody: it is
 * rewritten when its day is over, by `rewriteLater`.
 */
async function clear(parts: Parts, id: string, cursor: Cursor, now: number): Promise<ErasureStep> {
  const step: ErasureStep = { state: 'running', waitsFor: null, events: [], cancelled: [] };
  const next = cursor.tables.find((table) => !isInUse(table, now));
  if (next !== undefined) {
    if (!(await rewritten(parts, next))) return { ...step, state: 'waiting', waitsFor: 'readers' };
    await save(parts, id, { ...cursor, tables: cursor.tables.filter((table) => table !== next) });
    return step;
  }
  const sql = `UPDATE erasure SET state = 'done', finished_at = $2 WHERE id = $1`;
  await parts.query(sql, [id, now]);
  return { ...step, state: 'done' };
}

/** Rewrites tables of former days that have old versions of erased rows since these days. */
export async function rewriteLater(parts: Pick<Postgres, 'query' | 'transaction'>, now: number): Promise<void> {
  const rows = await parts.query<{ id: string; cursor: string }>(
    `SELECT id, cursor FROM erasure WHERE state = 'done' AND cursor NOT LIKE '%"tables":[]%' ORDER BY id LIMIT 100`,
  );
  for (const { id, cursor: text } of rows) {
    const cursor: Cursor = JSON.parse(text);
    const left: string[] = [];
    for (const table of cursor.tables) {
      const [stored] = await parts.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [table]);
      if (stored !== undefined && (isInUse(table, now) || !(await rewritten(parts, table)))) left.push(table);
    }
    if (left.length < cursor.tables.length) await save(parts, id, { ...cursor, tables: left });
  }
}

/**
 * Rewrites a table. A large one, for which others would wait for long, is cleaned: its space is used again. What its space has of
 * erased rows then leaves a table of a day when the day is dropped.
 */
async function rewritten(parts: Pick<Postgres, 'query' | 'transaction'>, table: string): Promise<boolean> {
  const [row] = await parts.query<{ bytes: number }>('SELECT pg_total_relation_size($1::text::regclass) AS bytes', [
    table,
  ]);
  if ((row?.bytes ?? 0) <= rewrittenBytes[dayIn(table) === null ? 'ofNoDay' : 'ofDay']) {
    const result = await compact(parts, table);
    if (result !== 'too long') return result === 'done';
  }
  await parts.query(`VACUUM ${table}`).catch((error: unknown) => {
    // The server goes on with it.
    if (!isLate(error)) throw error;
  });
  return true;
}

const save = ({ query }: Pick<Postgres, 'query'>, id: string, cursor: Cursor) =>
  query('UPDATE erasure SET cursor = $2 WHERE id = $1', [id, JSON.stringify(cursor)]);

/** Whether a table is of today, or of a later day, at a time. */
function isInUse(table: string, now: number): boolean {
  const day = dayIn(table);
  return day !== null && day + dayMs > now;
}

/** The day of a table; null: it is of no day. */
function dayIn(table: string): number | null {
  const date = /_d(\d{4})(\d\d)(\d\d)$/.exec(table);
  return date === null ? null : Date.parse(`${date[1]}-${date[2]}-${date[3]}T00:00:00Z`);
}
