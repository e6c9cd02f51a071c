import type { Query } from '../../../postgres/postgres.ts';
import { storable } from '../../../postgres/text.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { type DeliveryRow, deliveryColumns } from '../delivery-row.ts';
import {
  type Bind,
  binding,
  type Place,
  type PlacedQuery,
  requested,
  rowFilters,
  shownStatus,
  targetFilter,
} from './delivery-filters.ts';

/** Conditions of a search, as SQL on the columns of deliveries: all matching ones have them. */
export type Narrowing = {
  /** The status of the last response, which is not 2xx. */
  responseStatus?: { from: number; to: number };
};

type Part = { table: 'delivery' | 'waiting' | 'open_delivery'; statuses: number[] | null };

const order = (isNewer: boolean) => {
  const way = isNewer ? 'ASC' : 'DESC';
  return `order_at ${way}, partition ${way}, number ${way}`;
};

const dayMs = 86_400_000;
/** The days before or after that of the cursor up to which the first statements of a page read; the last one reads all others. */
const daysRead = [0, 6];

/**
 * The deliveries that match, nearest to the cursor first. Finished ones, waiting ones and open ones are read for themselves, each
 * from an index that has the order, and merged: a page reads about as many rows as it shows. A filter that needs several ranges of
 * an index (the statuses of the targets of a destination) reads the head of each. Days are read from the cursor on, until the page
 * is full, since a statement about all of them takes longer to plan than to run.
 */
export async function deliveriesNextTo(
  read: Query,
  query: PlacedQuery,
  narrowing: Narrowing = {},
): Promise<DeliveryRow[]> {
  const rows: DeliveryRow[] = [];
  for (const { sql, values } of await pageStatements(read, query, narrowing)) {
    if (rows.length >= query.limit) break;
    rows.push(...(await read<DeliveryRow>(sql, values)));
  }
  return rows.slice(0, query.limit);
}

type Statement = { sql: string; values: readonly unknown[] };

/** The statements whose rows, one after the other, are the page. */
export async function pageStatements(read: Query, query: PlacedQuery, narrowing: Narrowing = {}): Promise<Statement[]> {
  const start = await startOf(read, query);
  const isKeyed = query.event !== null || query.repeated !== null || query.batchId !== undefined;
  const spans = start.wasSetBack || isKeyed ? [{}] : spansOf(query, start);
  return spans.flatMap((span) => listStatement({ ...query, ...span }, start, narrowing) ?? []);
}

/** Where a page begins: the order times of the cursors and of the newest delivery. `wasSetBack`: other times tell no order. */
type Start = { before: number | null; after: number | null; newest: number; wasSetBack: boolean };

/** A cursor that is no longer stored has the place of its time. */
async function startOf(read: Query, { before, after }: PlacedQuery): Promise<Start> {
  const { values, bind } = binding();
  const orderAt = (place: Place | null) => {
    if (place === null) return 'NULL::bigint';
    const [p, n, at] = [bind(place.partition), bind(place.number), bind(place.timeMs)];
    const key = `partition = ${p}::smallint AND number = ${n}::bigint AND created_at = ${at}::bigint`;
    return `coalesce((SELECT order_at FROM delivery WHERE ${key}), (SELECT order_at FROM waiting WHERE ${key}),
      (SELECT order_at FROM plan_entry WHERE partition = ${p}::smallint AND first <= ${n}::bigint AND created_at = ${at}::bigint
        ORDER BY first DESC LIMIT 1), ${at}::bigint)`;
  };
  const [start] = await read<Start>(
    `SELECT ${orderAt(before)} AS before, ${orderAt(after)} AS after, was_set_back() AS "wasSetBack",
       coalesce((SELECT max(delivery_order_at) FROM intake), 0) AS newest`,
    values,
  );
  return start ?? { before: null, after: null, newest: 0, wasSetBack: true };
}

type TimeSpan = { createdAfter?: number; createdBefore?: number };

/** The spans of creation times that are read one after the other, from the cursor on. */
function spansOf({ after, createdAfter, createdBefore }: PlacedQuery, start: Start): TimeSpan[] {
  const low = Math.max(createdAfter ?? Number.NEGATIVE_INFINITY, start.after ?? Number.NEGATIVE_INFINITY);
  const end = start.before === null ? Number.POSITIVE_INFINITY : start.before + 1;
  const high = Math.min(createdBefore ?? Number.POSITIVE_INFINITY, end);
  const dayOf = (at: number) => Math.floor(at / dayMs) * dayMs;
  const newestDay = dayOf(Math.min(high - 1, start.newest));
  const edges =
    after === null
      ? [high, ...daysRead.map((days) => newestDay - days * dayMs), Number.NEGATIVE_INFINITY]
      : [low, ...daysRead.map((days) => dayOf(low) + (days + 1) * dayMs), Number.POSITIVE_INFINITY];
  return edges.slice(1).flatMap((edge, index) => {
    const [one, other] = [edges[index] ?? edge, edge];
    const from = Math.max(low, Math.min(one, other));
    const to = Math.min(high, Math.max(one, other));
    if (from >= to) return [];
    return {
      ...(Number.isFinite(from) && { createdAfter: from }),
      ...(Number.isFinite(to) && { createdBefore: to }),
    };
  });
}

/** The statement of a page within the times of the query; null: nothing can match. */
function listStatement(query: PlacedQuery, start: Start, narrowing: Narrowing): Statement | null {
  const { values, bind } = binding();
  const { responseStatus } = narrowing;
  const conditions = [
    ...rowFilters(query, bind),
    ...cursors(query, start, bind),
    ...(responseStatus === undefined
      ? []
      : [`response_status BETWEEN ${bind(responseStatus.from)} AND ${bind(responseStatus.to)}`]),
  ];
  const limit = Math.trunc(query.limit);
  const isNewer = query.after !== null;
  const selected = (table: string, more: readonly string[]) => {
    const where = [...conditions, ...more];
    const isBehind = table === 'waiting' || table === 'open_delivery' ? 'is_behind' : 'false AS is_behind';
    return `SELECT ${deliveryColumns}, ${isBehind}
      FROM ${table} ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY ${order(isNewer)} LIMIT ${limit}`;
  };
  const asked = { query, narrowing, wasSetBack: start.wasSetBack };
  const sources = partsOf(query).flatMap((part) => sourcesOf(part, asked, bind, selected));
  if (sources.length === 0) return null;
  const sql = `SELECT * FROM (${sources.map((one) => `(${one})`).join('\nUNION ALL ')}) AS page
    ORDER BY ${order(isNewer)} LIMIT ${limit}`;
  return { sql, values };
}

/** From `from` on and before `to`, by creation time. `edges`: the starts of buckets, ascending. */
export type CountedRange = { from: number; to: number; edges: readonly number[] };

/** Counts the deliveries of a range of time by bucket (from 1 on) and the status that people see; null: nothing can match. */
export function countStatement(query: PlacedQuery, { from, to, edges }: CountedRange): Statement | null {
  const { values, bind } = binding();
  const filters = rowFilters(query, bind);
  const keys = keyFilters(query, bind);
  const targets = targetFilter(query, bind);
  const where = [
    ...filters,
    ...keys,
    ...(targets === null ? [] : [`target IN (SELECT id FROM target WHERE ${targets})`]),
  ];
  const shown = shownStatus(query, bind);
  const buckets = `width_bucket(created_at, ${bind(edges)}::bigint[])`;
  const times = timesOf({ ...query, createdAfter: from, createdBefore: to }, true, bind);
  const sources = partsOf(query).flatMap(({ table }) =>
    times.map(
      (time) => `SELECT ${buckets} AS bucket, ${shown} AS status, count(*) AS count FROM ${table}
        WHERE ${[...where, ...time].join(' AND ')} GROUP BY 1, 2`,
    ),
  );
  return sources.length === 0 ? null : { sql: sources.join('\nUNION ALL '), values };
}

/** The tables that can have deliveries of the requested statuses, with the stored statuses that these are; null: all. */
function partsOf(query: PlacedQuery): Part[] {
  const wanted = requested(query);
  const { pending, retrying, held, delivered, failed, skipped, cancelled } = statusCodes;
  const finished = [delivered, failed, skipped, cancelled].filter((code) => wanted?.includes(code) ?? true);
  const isAnyHeld = wanted?.includes(held) === true && query.closed.length > 0;
  const open = [pending, retrying, held].filter((code) => isAnyHeld || (wanted?.includes(code) ?? true));
  const parts: Part[] = [
    { table: 'delivery', statuses: wanted === null ? null : finished },
    { table: 'waiting', statuses: wanted === null ? null : open },
    { table: 'open_delivery', statuses: wanted === null ? null : open.filter((code) => code === pending) },
  ];
  return parts.filter(({ statuses }) => statuses?.length !== 0);
}

/** The statements whose rows, each in order, are together those of a table that match. */
function sourcesOf(
  { table, statuses }: Part,
  {
    query,
    narrowing: { responseStatus },
    wasSetBack,
  }: { query: PlacedQuery; narrowing: Narrowing; wasSetBack: boolean },
  bind: Bind,
  selected: (table: string, more: readonly string[]) => string,
): string[] {
  const targets = targetFilter(query, bind);
  const ofTargets = () => (targets === null ? [] : [`target IN (SELECT id FROM target WHERE ${targets})`]);
  const keys = keyFilters(query, bind);
  // Found by a key, they are few.
  if (keys.length > 0 || table === 'open_delivery') {
    const times = [
      ...(query.createdAfter === undefined ? [] : [`created_at >= ${bind(query.createdAfter)}`]),
      ...(query.createdBefore === undefined ? [] : [`created_at < ${bind(query.createdBefore)}`]),
    ];
    return [selected(keys.length === 0 ? table : keyedSource(table, query, bind), [...keys, ...ofTargets(), ...times])];
  }
  const { delivered, failed, skipped, cancelled, pending, retrying, held } = statusCodes;
  const every = table === 'delivery' ? [delivered, failed, skipped, cancelled] : [pending, retrying, held];
  const ofStatuses = () => `unnest(${bind(statuses ?? every)}::smallint[]) AS of (status)`;
  let from = '';
  let where: string[] = [];
  if (responseStatus !== undefined && table === 'delivery') {
    from = `${responseStatuses(responseStatus, query, bind)} AS of`;
    where = ['response_status = of.status', ...ofTargets()];
  } else if (targets !== null || (table === 'waiting' && statuses !== null)) {
    from = `(SELECT id FROM target ${targets === null ? '' : `WHERE ${targets}`} OFFSET 0) AS one CROSS JOIN ${ofStatuses()}`;
    where = ['target = one.id', `${table}.status = of.status`];
  } else if (statuses !== null && !statuses.includes(delivered)) {
    from = ofStatuses();
    where = [`${table}.status = of.status`, `${table}.status <> ${delivered}`];
  }
  return timesOf(query, wasSetBack, bind).map((times) => {
    const head = selected(table, [...where, ...times]);
    return from === '' ? head : `SELECT part.* FROM ${from} CROSS JOIN LATERAL (${head}) AS part`;
  });
}

/** The statuses of responses that are stored of the days of a query, found one after the other in their indexes. */
function responseStatuses({ from, to }: { from: number; to: number }, query: PlacedQuery, bind: Bind): string {
  const [low, high] = [bind(from), bind(to)];
  const { createdAfter = Number.NEGATIVE_INFINITY, createdBefore = Number.POSITIVE_INFINITY } = query;
  // Whole days, whose tables are not read otherwise: within a day, times would be looked for in all rows of a status.
  const [first, end] = [Math.floor(createdAfter / dayMs) * dayMs, Math.ceil(createdBefore / dayMs) * dayMs];
  const days = [
    ...(Number.isFinite(first) ? [`AND created_at >= ${bind(first)}`] : []),
    ...(Number.isFinite(end) ? [`AND created_at < ${bind(end)}`] : []),
  ].join(' ');
  const next = (than: string) => `(SELECT min(response_status) FROM delivery WHERE response_status ${than} ${days})`;
  return `(WITH RECURSIVE found AS (
      SELECT ${next(`>= ${low}::smallint`)} AS status
      UNION ALL
      SELECT ${next('> found.status')} FROM found WHERE found.status < ${high}::smallint)
    SELECT status FROM found WHERE status <= ${high}::smallint)`;
}

/** Where deliveries are found by a key: few, whatever else they are asked for. */
function keyedSource(table: Part['table'], { event, repeated }: PlacedQuery, bind: Bind): string {
  if (table !== 'delivery') return table;
  if (event !== null)
    return `deliveries_of_event(${bind(event.partition)}::smallint, ${bind(event.number)}::bigint) AS delivery`;
  return repeated === null ? table : `repeats_of(ARRAY[${bind(repeated.number)}::bigint]) AS delivery`;
}

/**
 * The conditions on times. Deliveries have the time of their order, which an index has, except those that were created while the
 * clock was set back: these are few, or none, and have an index of their own.
 */
function timesOf({ createdAfter, createdBefore }: PlacedQuery, wasSetBack: boolean, bind: Bind): string[][] {
  const bounds = [
    ...(createdAfter === undefined ? [] : [`>= ${bind(createdAfter)}`]),
    ...(createdBefore === undefined ? [] : [`< ${bind(createdBefore)}`]),
  ];
  if (bounds.length === 0) return [[]];
  const created = bounds.map((bound) => `created_at ${bound}`);
  const ordered = [...created, ...bounds.map((bound) => `order_at ${bound}`)];
  if (!wasSetBack) return [ordered];
  return [
    ['order_at = created_at', ...ordered],
    ['order_at <> created_at', ...created],
  ];
}

/** What finds deliveries by a key. */
function keyFilters({ event, repeated, batchId }: PlacedQuery, bind: Bind): string[] {
  const filters: string[] = [];
  if (event !== null)
    filters.push(
      `event_number = ${bind(event.number)}`,
      `event_partition = ${bind(event.partition)}`,
      `event_at = ${bind(event.timeMs)}`,
    );
  if (repeated !== null)
    filters.push(
      `replay_of = ${bind(repeated.number)}`,
      `replay_of_partition = ${bind(repeated.partition)}`,
      `replay_of_at = ${bind(repeated.timeMs)}`,
    );
  if (batchId !== undefined)
    filters.push(`(partition, number, created_at) IN (SELECT (member ->> 0)::smallint, (member ->> 1)::bigint, (member ->> 2)::bigint
      FROM batch_exchange, jsonb_array_elements(members) AS member WHERE id = ${bind(storable(batchId))})`);
  return filters;
}

/** The conditions of the cursors. */
function cursors({ before, after }: PlacedQuery, start: Start, bind: Bind): string[] {
  const than = (sign: '<' | '>', place: Place | null, orderAt: number | null) =>
    place === null
      ? []
      : [
          `(order_at, partition, number) ${sign} (${bind(orderAt)}::bigint, ${bind(place.partition)}::smallint, ${bind(place.number)}::bigint)`,
        ];
  return [...than('<', before, start.before), ...than('>', after, start.after)];
}
