import type { SQLInputValue } from 'node:sqlite';
import type { Db } from '../../sqlite/db.ts';
import type { DeliveryQuery } from '../journal.ts';
import { statusCodes } from './codes.ts';
import { type DeliveryRow, deliveryRow, numberAt } from './delivery-rows.ts';
import type { EventPlace } from './event-operations.ts';
import { findWord, targetIds } from './words.ts';

/** A query of deliveries with its ids taken apart. */
export type DeliveryListQuery = Omit<DeliveryQuery, 'before' | 'after' | 'eventId'> & {
  before: number | null;
  after: number | null;
  event: EventPlace | null;
};

/** A part of an index that is sorted by number: what must be equal, and what else each row must satisfy. */
type Stream = { index: string | null; where: string; values: SQLInputValue[] };

/**
 * A page of deliveries. Each filter has an index that lists its rows newest first; a filter that needs several parts of
 * one (all states of a destination, all destinations of a state) reads the head of each part and merges them.
 */
export const deliveryListOperations = {
  listDeliveries(db: Db, query: DeliveryListQuery): DeliveryRow[] {
    const streams = streamsOf(db, query);
    const isNewer = query.after !== null;
    const low = Math.max(
      (query.after ?? -1) + 1,
      query.createdAfter === undefined ? 0 : numberAt(db, query.createdAfter),
    );
    const high = Math.min(
      query.before ?? Number.MAX_SAFE_INTEGER,
      query.createdBefore === undefined ? Number.MAX_SAFE_INTEGER : numberAt(db, query.createdBefore),
    );
    const numbers = streams.flatMap(({ index, where, values }) =>
      db
        .all<{ number: number }>(
          `SELECT number FROM delivery ${index === null ? '' : `INDEXED BY ${index}`}
           WHERE ${where} AND number >= ? AND number < ? ORDER BY number ${isNewer ? 'ASC' : 'DESC'} LIMIT ?`,
          ...values,
          low,
          high,
          query.limit,
        )
        .map((row) => row.number),
    );
    return numbers
      .sort((a, b) => (isNewer ? a - b : b - a))
      .slice(0, query.limit)
      .sort((a, b) => b - a)
      .map((number) => deliveryRow(db, number))
      .filter((row) => row !== undefined);
  },
};

function streamsOf(db: Db, query: DeliveryListQuery): Stream[] {
  const narrowing = conditions(db, query);
  if (narrowing === null) return [];
  const { fixed, targets } = narrowing;
  // An empty list of targets is no search for SQLite.
  if (targets?.length === 0) return [];
  const parts = narrowing.parts.filter((part) => part.targets.length > 0);
  const all: Stream[] = [];
  for (const part of parts) {
    const other = {
      where: [part.where, ...fixed.map((one) => one.sql)].join(' AND '),
      values: fixed.map((one) => one.value),
    };
    const best = fixed.find((one) => one.index !== null);
    const isSpread = targets !== null || part.status !== null;
    // The rarest things first: an event has few deliveries, errors and tests are few among all.
    if (best !== undefined && (best.isRare || !isSpread)) {
      const inTargets = targets === null ? '' : ` AND target IN (${targets.join()})`;
      const state = part.status === null ? '' : ` AND status = ${part.status}`;
      all.push({ index: best.index, where: `${other.where}${inTargets}${state}`, values: other.values });
    } else if (!isSpread) all.push({ index: null, ...other });
    else
      for (const target of part.targets.filter((one) => targets === null || targets.includes(one)))
        for (const status of part.status === null ? Object.values(statusCodes) : [part.status])
          all.push({
            index: 'delivery_status',
            where: `status = ? AND target = ? AND ${other.where}`,
            values: [status, target, ...other.values],
          });
  }
  return all;
}

type Fixed = { sql: string; value: SQLInputValue; index: string | null; isRare: boolean };

/** The filters as SQL: those on one column, the targets, and the states (a state may need several parts). */
function conditions(db: Db, query: DeliveryListQuery) {
  const fixed: Fixed[] = [];
  const byWord = (text: string, sql: string, index: string, isRare: boolean) => {
    const value = findWord(db, text);
    if (value !== null) fixed.push({ sql, value, index, isRare });
    return value !== null;
  };
  const { event } = query;
  if (event !== null) {
    fixed.push({
      sql: `event = (${event.partition} << 48) | ?`,
      value: event.number,
      index: 'delivery_event',
      isRare: true,
    });
    fixed.push({ sql: 'event_at = ?', value: event.timeMs, index: null, isRare: false });
  }
  if (query.errorKind !== undefined && !byWord(query.errorKind, 'error_kind = ?', 'delivery_error', true)) return null;
  if (query.test === true) fixed.push({ sql: 'test = 1 AND 1 = ?', value: 1, index: 'delivery_test', isRare: true });
  if (query.test === false) fixed.push({ sql: 'test = ?', value: 0, index: null, isRare: false });
  if (query.actionId !== undefined && !byWord(query.actionId, 'action = ?', 'delivery_action', false)) return null;

  const every = targetIds(db, {});
  const hasTarget = query.destinationId !== undefined || query.connectionId !== undefined;
  const closed = query.closed.flatMap((destinationId) => targetIds(db, { destinationId }));
  return { fixed, targets: hasTarget ? targetIds(db, query) : null, parts: stateParts(query, every, closed) };
}

type Part = { status: number | null; targets: number[]; where: string };

function stateParts({ status, now }: DeliveryListQuery, every: number[], closed: number[]): Part[] {
  if (status === undefined) return [{ status: null, targets: every, where: 'TRUE' }];
  const code = statusCodes[status];
  const isClosed = `target IN (${closed.join()}) AND due_at IS NOT NULL AND due_at <= ${Number(now)}`;
  const { pending, retrying, held } = statusCodes;
  if (code === held)
    return [
      { status: held, targets: every, where: 'TRUE' },
      { status: pending, targets: closed, where: isClosed },
      { status: retrying, targets: closed, where: isClosed },
    ];
  if (code === pending || code === retrying) return [{ status: code, targets: every, where: `NOT (${isClosed})` }];
  return [{ status: code, targets: every, where: 'TRUE' }];
}
