import type { SQLInputValue } from 'node:sqlite';
import type { Db } from '../../../sqlite/db.ts';
import type { EventPlace } from '../../codec/event-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { DeliveryQuery, LoggedDelivery, StoredStatus } from '../../journal.ts';
import { type DeliveryPlace, partitionOfRow } from '../delivery-id-codec.ts';
import { listedDelivery } from '../delivery-row.ts';
import { findWord, targetIds } from '../interned-ids.ts';
import {
  deliveryPartitions,
  deliveryTimeline,
  firstSince,
  orderTimes,
  spansBetween,
  type Timeline,
} from '../timeline.ts';

/** A query of deliveries with its ids decoded. */
export type DeliveryListQuery = Omit<DeliveryQuery, 'before' | 'after' | 'eventId' | 'replayOf'> & {
  before: DeliveryPlace | null;
  after: DeliveryPlace | null;
  event: EventPlace | null;
  /** The delivery that is repeated. */
  repeated: DeliveryPlace | null;
  /** Only deliveries in one of these ranges, which do not overlap. */
  ranges?: readonly IndexRange[] | null;
};

/** A part of an index, with its condition. */
export type IndexRange = { index: string; sql: string; values: SQLInputValue[] };

/**
 * A part of an index that is sorted by number: the equal columns, and the other conditions of each row. `of`: the status
 * and the target of all its rows.
 */
export type Stream = {
  index: string | null;
  where: string[];
  values: SQLInputValue[];
  of?: { status: number; target: number };
};

/**
 * A page of deliveries. Each filter has an index that lists its rows newest first; a filter that needs several parts of
 * one (all states of a destination, all destinations of a state) reads the head of each part and merges them.
 */
export const deliveryListOperations = {
  listDeliveries(db: Db, query: DeliveryListQuery): LoggedDelivery[] {
    const numbers = numbersNextTo(db, query);
    if (query.after !== null) numbers.reverse();
    return numbers.flatMap((number) => listedDelivery(db, number) ?? []);
  },
};

/** The numbers of at most `limit` deliveries that match, nearest to the cursor first. */
export function numbersNextTo(db: Db, query: DeliveryListQuery): number[] {
  const streams = streamsOf(db, query);
  const timelines = deliveryPartitions(db).map(deliveryTimeline);
  const [only] = timelines;
  if (only !== undefined && timelines.length === 1) return numbersIn(db, query, streams, only);
  const sign = query.after === null ? -1 : 1;
  return timelines
    .flatMap((timeline) => {
      const timeOf = orderTimes(db, timeline);
      return numbersIn(db, query, streams, timeline).map((number) => {
        const createdAt =
          db.get<{ at: number }>('SELECT created_at AS at FROM delivery WHERE number = ?', number)?.at ?? 0;
        return { number, at: timeOf(number, createdAt) };
      });
    })
    .sort((a, b) => sign * (a.at - b.at || a.number - b.number))
    .slice(0, query.limit)
    .map(({ number }) => number);
}

/** The same in one partition, where numbers are the order. */
function numbersIn(db: Db, query: DeliveryListQuery, streams: readonly Stream[], timeline: Timeline): number[] {
  const { createdAfter = Number.NEGATIVE_INFINITY, createdBefore = Number.POSITIVE_INFINITY, limit } = query;
  const isNewer = query.after !== null;
  const spans = spansBetween(db, timeline, createdAfter, createdBefore);
  const first = query.after === null ? timeline.low : boundsAt(db, timeline, query.after).newerFrom;
  const end = query.before === null ? timeline.high : boundsAt(db, timeline, query.before).olderEnd;
  const found: number[] = [];
  for (const [low, high] of isNewer ? spans : spans.reverse()) {
    if (found.length >= limit) break;
    const from = Math.max(first, low);
    const to = Math.min(end, high);
    const numbers = streams.flatMap(({ index, where, values }) =>
      db
        .all<{ number: number }>(
          `SELECT number FROM delivery ${index === null ? '' : `INDEXED BY ${index}`}
           WHERE ${[...where, 'number >= ?', 'number < ?'].join(' AND ')} ORDER BY number ${isNewer ? 'ASC' : 'DESC'} LIMIT ?`,
          ...values,
          from,
          to,
          limit,
        )
        .map((row) => row.number),
    );
    found.push(...numbers.sort((a, b) => (isNewer ? a - b : b - a)));
  }
  return found.slice(0, limit);
}

/** Where the deliveries of a partition that are older and newer than a delivery, of this or another one, end and begin. */
function boundsAt(db: Db, timeline: Timeline, { number, timeMs }: DeliveryPlace) {
  if (number >= timeline.low && number < timeline.high) return { olderEnd: number, newerFrom: number + 1 };
  const at = orderTimes(db, deliveryTimeline(partitionOfRow(number)))(number, timeMs);
  // At the same time, the partitions are the order.
  const first = firstSince(db, timeline, number < timeline.low ? at : at + 1);
  return { olderEnd: first, newerFrom: first };
}

/**
 * The parts of indexes that together hold every delivery that matches, each delivery once. `isCounted`: no part is the
 * table, since an index is counted six times as fast.
 */
export function streamsOf(db: Db, query: DeliveryListQuery, isCounted = false): Stream[] {
  const filters = filtersOf(db, query);
  const { destinationId, connectionId, replayId } = query;
  const isAnywhere = destinationId === undefined && connectionId === undefined && replayId === undefined;
  const targets = isAnywhere ? null : targetIds(db, query);
  if (filters === null) return [];
  const all: Stream[] = [];
  for (const part of stateParts(db, query)) {
    const both = part.targets.filter((one) => targets === null || targets.includes(one));
    if (both.length === 0) continue; // an empty list is no search for SQLite
    const where = [...filters.map((one) => one.sql), ...(part.filter === null ? [] : [part.filter.sql])];
    const values = [...filters, ...(part.filter === null ? [] : [part.filter])].flatMap((one) => one.values);
    const best = filters.find((one) => one.index !== undefined);
    const ranges = best?.isRare === true ? null : (query.ranges ?? null);
    const isSpread = targets !== null || part.status !== null || isCounted;
    // The rarest filter first: an event has few deliveries, and few deliveries have errors or are tests.
    if (ranges !== null || (best !== undefined && (best.isRare || isCounted || !isSpread))) {
      if (targets !== null) where.push(`target IN (${both.join()})`);
      if (part.status !== null) where.push(`status = ${part.status}`);
      for (const range of ranges ?? [])
        all.push({ index: range.index, where: [...where, range.sql], values: [...values, ...range.values] });
      if (ranges === null) all.push({ index: best?.index ?? null, where, values });
    } else if (!isSpread) all.push({ index: null, where, values });
    else
      for (const target of both)
        for (const status of part.status === null ? Object.values(statusCodes) : [part.status])
          all.push({
            index: 'delivery_status',
            where: [...where, 'status = ?', 'target = ?'],
            values: [...values, status, target],
            of: { status, target },
          });
  }
  return all;
}

/**
 * A condition on rows, and the index that finds them in order, if there is one; null: the condition lists their
 * numbers.
 */
type Filter = { sql: string; values: SQLInputValue[]; index?: string | null; isRare?: boolean };

/** The filters except those on status and target; null when one names a value that was never stored. */
function filtersOf(db: Db, query: DeliveryListQuery): Filter[] | null {
  const filters: Filter[] = [];
  const rare = (index: string | null, sql: string, ...values: SQLInputValue[]) =>
    filters.push({ sql, values, index, isRare: true });
  const { event, repeated, errorKind, actionId, test, batchId } = query;
  if (batchId !== undefined)
    rare(null, 'number IN (SELECT value FROM json_each((SELECT members FROM batch_exchange WHERE id = ?)))', batchId);
  if (event !== null) {
    const sql = 'event = (? << 48) | ? AND event_at = ?';
    rare('delivery_event', sql, event.partition, event.number, event.timeMs);
  }
  if (repeated !== null)
    rare('delivery_replay_of', 'replay_of = ? AND replay_of_at = ?', repeated.number, repeated.timeMs);
  if (errorKind !== undefined) {
    const word = findWord(db, errorKind);
    if (word === null) return null;
    rare('delivery_error', 'error_kind = ?', word);
  }
  if (test === true) rare('delivery_test', 'test = 1');
  if (test === false) filters.push({ sql: 'test = 0', values: [] });
  if (actionId !== undefined) {
    const word = findWord(db, actionId);
    if (word === null) return null;
    filters.push({ sql: 'action = ?', values: [word], index: 'delivery_action' });
  }
  return filters;
}

/** A requested status: its code (null: any), its targets, and a further condition. */
type Part = { status: number | null; targets: number[]; filter: Filter | null };

function stateParts(db: Db, query: DeliveryListQuery): Part[] {
  const { status } = query;
  const every = targetIds(db, {});
  if (status === undefined) return [{ status: null, targets: every, filter: null }];
  const statuses: readonly StoredStatus[] = typeof status === 'string' ? [status] : status;
  return statuses.flatMap((one) => partsOf(db, one, every, query));
}

function partsOf(db: Db, status: StoredStatus, every: number[], { closed: closedIds, now }: DeliveryListQuery): Part[] {
  const { pending, retrying, held, [status]: code } = statusCodes;
  const closed = closedIds.flatMap((destinationId) => targetIds(db, { destinationId }));
  const heldByHold = { sql: 'due_at <= ?', values: [now] };
  if (code === held)
    return [
      { status: held, targets: every, filter: null },
      { status: pending, targets: closed, filter: heldByHold },
      { status: retrying, targets: closed, filter: heldByHold },
    ];
  if (code !== pending && code !== retrying) return [{ status: code, targets: every, filter: null }];
  return [
    { status: code, targets: every.filter((one) => !closed.includes(one)), filter: null },
    { status: code, targets: closed, filter: { sql: '(due_at > ? OR due_at IS NULL)', values: [now] } },
  ];
}
