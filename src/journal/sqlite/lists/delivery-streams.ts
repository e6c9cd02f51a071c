import type { SQLInputValue } from 'node:sqlite';
import type { Db } from '../../../sqlite/db.ts';
import type { EventPlace } from '../../codec/event-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { DeliveryQuery, StoredStatus } from '../../journal.ts';
import type { DeliveryPlace } from '../delivery-id-codec.ts';
import { findWord, targetIds } from '../interned-ids.ts';

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
 * The parts of indexes that together hold every delivery that matches, each delivery once. `isCounted`: no part is the
 * table, since an index is counted six times as fast.
 */
export function streamsOf(db: Db, query: DeliveryListQuery, isCounted = false): Stream[] {
  const filters = filtersOf(db, query);
  if (filters === null) return [];
  const { destinationId, connectionId, replayId } = query;
  const isAnywhere = destinationId === undefined && connectionId === undefined && replayId === undefined;
  const targets = isAnywhere ? null : targetIds(db, query);
  return stateParts(db, query).flatMap((part) => {
    const both = part.targets.filter((one) => targets === null || targets.includes(one));
    if (both.length === 0) return []; // an empty list is no search for SQLite
    const search: Search = {
      filters: part.filter === null ? filters : [...filters, part.filter],
      best: filters.find(({ index }) => index !== undefined),
      ranges: query.ranges ?? null,
      status: part.status,
      targets: targets === null ? null : both,
      among: both,
      isCounted,
    };
    return ways.find(({ fits }) => fits(search))?.streams(search) ?? [];
  });
}

/** A search for the rows of one requested status. */
type Search = {
  /** All conditions but those on status and target. */
  filters: Filter[];
  /** The first filter with an index. */
  best: Filter | undefined;
  ranges: readonly IndexRange[] | null;
  /** null: any. */
  status: number | null;
  /** null: any. */
  targets: number[] | null;
  /** All targets that can have rows. */
  among: number[];
  isCounted: boolean;
};

/** Which index a search reads: the first way that fits. An event has few deliveries, and few have errors or are tests. */
const ways: { fits(search: Search): boolean; streams(search: Search): Stream[] }[] = [
  { fits: ({ best }) => best?.isRare === true, streams: ofFilter },
  { fits: ({ ranges }) => ranges !== null, streams: ofRanges },
  { fits: ({ best, isCounted }) => best !== undefined && isCounted, streams: ofFilter },
  { fits: ({ status, targets, isCounted }) => status !== null || targets !== null || isCounted, streams: ofStatuses },
  { fits: () => true, streams: ofFilter },
];

/** The index of the best filter; without one, the table. */
function ofFilter(search: Search): Stream[] {
  return [{ index: search.best?.index ?? null, ...conditionsOf(search) }];
}

function ofRanges(search: Search): Stream[] {
  const { where, values } = conditionsOf(search);
  return (search.ranges ?? []).map((range) => ({
    index: range.index,
    where: [...where, range.sql],
    values: [...values, ...range.values],
  }));
}

/** The part of the index of statuses for each status and target. */
function ofStatuses(search: Search): Stream[] {
  const { where, values } = conditionsOf({ ...search, status: null, targets: null });
  const statuses = search.status === null ? Object.values(statusCodes) : [search.status];
  return search.among.flatMap((target) =>
    statuses.map((status) => ({
      index: 'delivery_status',
      where: [...where, 'status = ?', 'target = ?'],
      values: [...values, status, target],
      of: { status, target },
    })),
  );
}

function conditionsOf({ filters, status, targets }: Search): Pick<Stream, 'where' | 'values'> {
  const where = filters.map(({ sql }) => sql);
  if (targets !== null) where.push(`target IN (${targets.join()})`);
  if (status !== null) where.push(`status = ${status}`);
  return { where, values: filters.flatMap(({ values }) => values) };
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
