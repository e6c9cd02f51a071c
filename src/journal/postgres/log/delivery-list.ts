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

/**
 * The deliveries that match, nearest to the cursor first. Finished ones, waiting ones and open ones are read for themselves, each
 * from an index that has the order, and merged: a page reads about as many rows as it shows. A filter that needs several ranges of
 * an index (the statuses of the targets of a destination) reads the head of each.
 */
export async function deliveriesNextTo(
  read: Query,
  query: PlacedQuery,
  narrowing: Narrowing = {},
): Promise<DeliveryRow[]> {
  const { sql, values } = listStatement(query, narrowing);
  return sql === null ? [] : read<DeliveryRow>(sql, values);
}

/** The statement of `deliveriesNextTo`; null: nothing can match. */
export function listStatement(
  query: PlacedQuery,
  narrowing: Narrowing = {},
): { sql: string | null; values: readonly unknown[] } {
  const { values, bind } = binding();
  const { responseStatus } = narrowing;
  const conditions = [
    ...rowFilters(query, bind),
    ...cursors(query, bind),
    ...(responseStatus === undefined
      ? []
      : [`response_status BETWEEN ${bind(responseStatus.from)} AND ${bind(responseStatus.to)}`]),
  ];
  const limit = Math.trunc(query.limit);
  const isNewer = query.after !== null;
  const selected = (table: Part['table'], more: readonly string[]) => {
    const where = [...conditions, ...more];
    return `SELECT ${deliveryColumns}, ${table === 'delivery' ? 'false AS is_behind' : 'is_behind'} FROM ${table}
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY ${order(isNewer)} LIMIT ${limit}`;
  };
  const sources = partsOf(query).flatMap((part) => sourcesOf(part, query, narrowing, bind, selected));
  if (sources.length === 0) return { sql: null, values };
  const sql = `SELECT * FROM (${sources.map((one) => `(${one})`).join('\nUNION ALL ')}) AS page
    ORDER BY ${order(isNewer)} LIMIT ${limit}`;
  return { sql, values };
}

/** From `from` on and before `to`, by creation time. `edges`: the starts of buckets, ascending. */
export type CountedRange = { from: number; to: number; edges: readonly number[] };

/** Counts the deliveries of a range of time by bucket (from 1 on) and the status that people see; null: nothing can match. */
export function countStatement(
  query: PlacedQuery,
  { from, to, edges }: CountedRange,
): { sql: string | null; values: readonly unknown[] } {
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
  const times = timesOf({ ...query, createdAfter: from, createdBefore: to }, bind);
  const sources = partsOf(query).flatMap(({ table }) =>
    times.map(
      (time) => `SELECT ${buckets} AS bucket, ${shown} AS status, count(*) AS count FROM ${table}
        WHERE ${[...where, ...time].join(' AND ')} GROUP BY 1, 2`,
    ),
  );
  return { sql: sources.length === 0 ? null : sources.join('\nUNION ALL '), values };
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
  query: PlacedQuery,
  { responseStatus }: Narrowing,
  bind: Bind,
  selected: (table: Part['table'], more: readonly string[]) => string,
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
    const found = selected(table, [...ofTargets(), ...times]);
    if (keys.length === 0) return [found];
    return [
      found.replace(`FROM ${table}`, `FROM (SELECT * FROM ${table} WHERE ${keys.join(' AND ')} OFFSET 0) AS found`),
    ];
  }
  const { delivered, failed, skipped, cancelled, pending, retrying, held } = statusCodes;
  const every = table === 'delivery' ? [delivered, failed, skipped, cancelled] : [pending, retrying, held];
  const ofStatuses = () => `unnest(${bind(statuses ?? every)}::smallint[]) AS of (status)`;
  let from = '';
  let where: string[] = [];
  if (responseStatus !== undefined && table === 'delivery') {
    from = `${responseStatuses(bind(responseStatus.from), bind(responseStatus.to))} AS of`;
    where = ['response_status = of.status', ...ofTargets()];
  } else if (targets !== null || (table === 'waiting' && statuses !== null)) {
    from = `(SELECT id FROM target ${targets === null ? '' : `WHERE ${targets}`} OFFSET 0) AS one CROSS JOIN ${ofStatuses()}`;
    where = ['target = one.id', `${table}.status = of.status`];
  } else if (statuses !== null && !statuses.includes(delivered)) {
    from = ofStatuses();
    where = [`${table}.status = of.status`, `${table}.status <> ${delivered}`];
  }
  return timesOf(query, bind).map((times) => {
    const head = selected(table, [...where, ...times]);
    return from === '' ? head : `SELECT part.* FROM ${from} CROSS JOIN LATERAL (${head}) AS part`;
  });
}

/** The statuses of responses that are stored, found one after the other in their index. */
const responseStatuses = (from: string, to: string) => `(WITH RECURSIVE found AS (
    SELECT (SELECT min(response_status) FROM delivery WHERE response_status >= ${from}::smallint) AS status
    UNION ALL
    SELECT (SELECT min(response_status) FROM delivery WHERE response_status > found.status) FROM found
    WHERE found.status < ${to}::smallint)
  SELECT status FROM found WHERE status <= ${to}::smallint)`;

/**
 * The conditions on times. Deliveries have the time of their order, which an index has, except those that were created while the
 * clock was set back: these are few, or none, and have an index of their own.
 */
function timesOf({ createdAfter, createdBefore }: PlacedQuery, bind: Bind): string[][] {
  const bounds = [
    ...(createdAfter === undefined ? [] : [`>= ${bind(createdAfter)}`]),
    ...(createdBefore === undefined ? [] : [`< ${bind(createdBefore)}`]),
  ];
  if (bounds.length === 0) return [[]];
  const created = bounds.map((bound) => `created_at ${bound}`);
  return [
    ['order_at = created_at', ...created, ...bounds.map((bound) => `order_at ${bound}`)],
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

/** The conditions of the cursors. A delivery that is no longer stored has the place of its time. */
function cursors({ before, after }: PlacedQuery, bind: Bind): string[] {
  const than = (sign: '<' | '>', { partition, number, timeMs }: Place) => {
    const [p, n, at] = [`${bind(partition)}::smallint`, `${bind(number)}::bigint`, `${bind(timeMs)}::bigint`];
    const key = `partition = ${p} AND number = ${n} AND created_at = ${at}`;
    return `(order_at, partition, number) ${sign} (coalesce(
      (SELECT order_at FROM delivery WHERE ${key}),
      (SELECT order_at FROM waiting WHERE ${key}),
      (SELECT order_at FROM plan_entry WHERE partition = ${p} AND first <= ${n} AND created_at = ${at} ORDER BY first DESC LIMIT 1),
      ${at}), ${p}, ${n})`;
  };
  return [...(before === null ? [] : [than('<', before)]), ...(after === null ? [] : [than('>', after)])];
}
