import { firstId } from '../../../contract/ids.ts';
import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { clockToleranceMs } from '../../hot.ts';
import type { RetentionLimits } from '../../housekeeping.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import { removeDay } from './day-removal.ts';
import { type Compacted, compact, dayMs, daysOf } from './day-tables.ts';
import { removeFinished } from './removal.ts';

type Parts = Pick<Postgres, 'query' | 'transaction'>;
type Limits = { before: number; now: number };

const rowsAtOnce = 200;
const identitiesAtOnce = 1_000;
/** The share of the size limit up to which identities are kept for 24 h when the limit is reached. */
const identitiesShare = 1 / 4;
const identityBytes = 118;
/** After a long pause, the rest of the identities is removed in later rounds. */
const identitiesMsMax = 20_000;

/** See `retain` of the port. Days are dropped as a whole, up to a day after their first entries are old enough. */
export async function retain(
  parts: Parts,
  { before, now = Number.MAX_SAFE_INTEGER, identitiesBefore = 0, bytesMax }: RetentionLimits,
): Promise<{ removed: number; full: boolean }> {
  let removed = await removeOld(parts, { before, now });
  const end = performance.now() + identitiesMsMax;
  for (const step of [rememberFromNow(now), forgetIdentities(identitiesBefore)])
    while ((await step(parts.query)) === identitiesAtOnce && performance.now() < end);
  if (bytesMax !== null) removed += await fit(parts, bytesMax, now);
  await forgetExchanges(parts.query, before);
  await forgetReplays(parts.query, before);
  return { removed, full: bytesMax !== null && (await bytesInUse(parts.query)) > bytesMax };
}

/** Removes days, oldest first, up to one that stays: deliveries of an earlier day have lines in the blocks of later ones. */
async function removeDays(parts: Parts, days: readonly number[], isOld: (day: number) => Promise<boolean>) {
  let sum = 0;
  for (const day of days) {
    const removed = (await isOld(day)) ? await removeDay(parts, day) : null;
    if (removed === null) break;
    sum += removed;
  }
  return sum;
}

/** Removes days that ended before a time, and what is older of the rows that are in tables of no day. */
async function removeOld(parts: Parts, { before, now }: Limits): Promise<number> {
  let sum = 0;
  sum += await removeDays(parts, await daysOf(parts.query), async (day) => day + dayMs <= before);
  for (const step of [removeDeliveries, removeEvents, removeEntries]) {
    for (let count = rowsAtOnce; count >= rowsAtOnce; ) {
      const done = await step(parts, { before, now }, rowsAtOnce);
      sum += done.removed;
      ({ count } = done);
    }
  }
  return sum;
}

type Removed = { count: number; removed: number };

/**
 * Whether an entry of a partition was created before $1, at $2 now: a time after now was given by a wrong clock, and is as old as
 * the next entry with a right one (`later`), or as the time to which the clock was set back (`last`).
 */
const isAged = (at: string, last: string, later: string) =>
  `(${at} < $1 OR (${at} > $2 AND coalesce((${later}), intake.${last}) < $1))`;

const agedDelivery = isAged(
  'old.created_at',
  'delivery_at',
  `SELECT later.created_at FROM (
     SELECT partition, number, created_at FROM delivery UNION ALL SELECT partition, number, created_at FROM waiting) AS later
   WHERE later.partition = old.partition AND later.number > old.number AND later.created_at <= $2 ORDER BY later.number LIMIT 1`,
);
const agedEvent = isAged(
  'old.received_at',
  'at',
  `SELECT later.received_at FROM event_group AS later
   WHERE later.partition = old.partition AND later.first > old.first AND later.received_at <= $2 ORDER BY later.first LIMIT 1`,
);

/** Only below the position of its partition: one above it would be taken for open again. */
const removeDeliveries = ({ transaction }: Parts, { before, now }: Limits, limit: number): Promise<Removed> =>
  transaction(async (query) => {
    const rows = await query<DeliveryRow>(
      `SELECT old.*, false AS is_behind FROM delivery_other AS old JOIN settling USING (partition) JOIN intake USING (partition)
       WHERE ${agedDelivery} AND number < settled ORDER BY old.order_at, partition, number LIMIT $3 FOR UPDATE OF old`,
      [before, now, limit],
    );
    await removeFinished(query, rows);
    return { count: rows.length, removed: rows.length };
  });

/** Matched groups without deliveries: an erasure finds a delivery only by its event. */
async function removeEvents({ query }: Parts, { before, now }: Limits, limit: number): Promise<Removed> {
  const isUsed = (table: string) => `EXISTS (SELECT FROM ${table} AS used WHERE used.event_partition = old.partition
    AND used.event_number >= old.first AND used.event_number < old.first + old.count)`;
  const rows = await query<{ count: number }>(
    `WITH opened AS MATERIALIZED (SELECT event_partition, event_number FROM open_delivery),
       passed AS MATERIALIZED (SELECT source, min(first) AS first FROM passed_delivery GROUP BY source),
       old AS (SELECT old.partition, old.first, old.received_at FROM event_group_other AS old
         JOIN intake USING (partition) LEFT JOIN passed ON passed.source = old.partition
         WHERE ${agedEvent} AND old.first + old.count <= least(intake.position, passed.first)
           AND NOT ${isUsed('waiting')} AND NOT ${isUsed('delivery')} AND NOT ${isUsed('opened')}
         ORDER BY old.order_at, old.partition, old.first LIMIT $3)
     DELETE FROM event_group_other USING old WHERE event_group_other.partition = old.partition
       AND event_group_other.first = old.first AND event_group_other.received_at = old.received_at
     RETURNING event_group_other.count`,
    [before, now, limit],
  );
  return { count: rows.length, removed: rows.reduce((sum, { count }) => sum + count, 0) };
}

/** Entries whose deliveries all have rows are of no use. */
async function removeEntries({ query }: Parts, { before }: Limits, limit: number): Promise<Removed> {
  const rows = await query(
    `DELETE FROM plan_entry_other AS entry USING (
       SELECT entry.partition, first, created_at FROM plan_entry_other AS entry JOIN settling USING (partition)
       WHERE first + count <= settled AND created_at < $1 LIMIT $2) AS old
     WHERE entry.partition = old.partition AND entry.first = old.first AND entry.created_at = old.created_at RETURNING 1`,
    [before, limit],
  );
  return { count: rows.length, removed: 0 };
}

/** Exchanges of days that are gone, but for those of deliveries that wait. The id of a batch has its time. */
async function forgetExchanges(query: Query, before: number): Promise<void> {
  await query(
    `DELETE FROM batch_exchange WHERE id < $1 AND NOT EXISTS (
       SELECT FROM jsonb_array_elements(members) AS member JOIN waiting
         ON waiting.partition = (member ->> 0)::smallint AND waiting.number = (member ->> 1)::bigint)`,
    [`bat_${firstId('event', Math.max(0, before - dayMs)).slice(4, 14)}`],
  );
}

/** Removes replays that ended before a time and have no deliveries left. */
async function forgetReplays(query: Query, before: number): Promise<void> {
  await query(
    `DELETE FROM replay WHERE state IN ('done', 'cancelled') AND finished_at < $1
       AND NOT EXISTS (SELECT FROM passed_delivery WHERE passed_delivery.replay = replay.id AND count > 0)
       AND NOT EXISTS (SELECT FROM target WHERE target.replay = replay.id AND (
         EXISTS (SELECT FROM delivery WHERE delivery.target = target.id)
         OR EXISTS (SELECT FROM waiting WHERE waiting.target = target.id)))`,
    [before],
  );
}

// The identities of events that are stored right now are left to them: who waits for one while it has locked others can be waited for.

/** Identities with a time after now, which a wrong clock gave, are remembered from now on. */
const rememberFromNow = (now: number) => async (query: Query) =>
  (
    await query(
      `UPDATE seen SET at = $1 WHERE hash = ANY (ARRAY (
         SELECT hash FROM seen WHERE at > $2 ORDER BY at LIMIT ${identitiesAtOnce} FOR UPDATE SKIP LOCKED)) RETURNING 1`,
      [now, Math.min(Number.MAX_SAFE_INTEGER, now + clockToleranceMs)],
    )
  ).length;

/** Removes identities up to a time, the oldest first. */
const forgetIdentities = (before: number) => async (query: Query) =>
  (
    await query(
      `DELETE FROM seen WHERE hash = ANY (ARRAY (
         SELECT hash FROM seen WHERE at <= $1 ORDER BY at LIMIT ${identitiesAtOnce} FOR UPDATE SKIP LOCKED)) RETURNING 1`,
      [before],
    )
  ).length;

export async function bytesInUse(query: Query): Promise<number> {
  const [row] = await query<{ bytes: number }>(
    `SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
  );
  return row?.bytes ?? 0;
}

/**
 * Removes the oldest first, until the size is within the limit: identities above their share, then history, then the other
 * identities. A shorter memory of identities risks that a late repetition is stored twice; that is better than no history, and
 * than refusing events. What is removed from a table under a reader, such as pg_dump, frees nothing: the rest stays until a later round.
 */
async function fit(parts: Parts, bytesMax: number, now: number): Promise<number> {
  const isOver = async () => (await bytesInUse(parts.query)) > bytesMax;
  if (!(await isOver())) return 0;
  const aboveShare = await identitiesAbove(parts.query, bytesMax * identitiesShare);
  const shortened = await shortenMemory(parts, bytesMax, aboveShare);
  if (shortened === 'in use' || shortened === 'late') return 0;
  const over = (await daysOf(parts.query)).filter((one) => one + dayMs <= Math.min(now, Date.now()));
  let removed = await removeDays(parts, over, isOver);
  while (await isOver()) {
    const some = await removeOldest(parts, bytesMax);
    removed += some.removed;
    if (!some.isFreed) break;
  }
  await shortenMemory(parts, bytesMax, Number.POSITIVE_INFINITY);
  return removed;
}

/** The tables of no day. */
const others = ['event_group_other', 'plan_entry_other', 'delivery_other', 'attempt_block_other'];

/** Removes about as large a share of the rows in the tables of no day as the size is over the limit. `isFreed`: and their space. */
async function removeOldest(parts: Parts, bytesMax: number): Promise<{ removed: number; isFreed: boolean }> {
  const { query } = parts;
  const bytes = await bytesInUse(query);
  const [row] = await query<{ size: number; count: number }>(
    `SELECT (${others.map((table) => `pg_total_relation_size('${table}')`).join(' + ')})::bigint AS size,
       (SELECT count(*) FROM delivery_other) + (SELECT count(*) FROM event_group_other) AS count`,
  );
  const share = (bytes - bytesMax) / Math.max(1, row?.size ?? 0);
  const limit = Math.max(1, Math.ceil((Math.min(1, share) * (row?.count ?? 0)) / 2));
  const all = { before: Number.MAX_SAFE_INTEGER, now: Number.MAX_SAFE_INTEGER };
  const deliveries = await removeDeliveries(parts, all, Math.min(limit, rowsAtOnce));
  const events = await removeEvents(parts, all, Math.min(limit, rowsAtOnce));
  await removeEntries(parts, all, rowsAtOnce);
  const removed = deliveries.removed + events.removed;
  let isFreed = removed > 0;
  if (isFreed) for (const table of others) isFreed = (await compact(parts, table)) === 'done' && isFreed;
  return { removed, isFreed };
}

/** How many identities are above their share of the size, in bytes. They are counted only where some can be. */
async function identitiesAbove(query: Query, shareBytes: number): Promise<number> {
  const [size] = await query<{ bytes: number }>(`SELECT pg_total_relation_size('seen') AS bytes`);
  if ((size?.bytes ?? 0) <= shareBytes) return 0;
  const [row] = await query<{ count: number }>('SELECT count(*) AS count FROM seen');
  return (row?.count ?? 0) - shareBytes / identityBytes;
}

/**
 * Removes the oldest identities, about `most` at most, until the size is within the limit. The first ones show whether that frees space:
 * if not `done`, it does not. `late`: there are more than a round has time for.
 */
async function shortenMemory(parts: Parts, bytesMax: number, most: number): Promise<Compacted | 'late'> {
  const { query } = parts;
  const end = performance.now() + identitiesMsMax;
  let atOnce = identitiesAtOnce;
  for (let left = most; ; atOnce = left) {
    const bytesOver = (await bytesInUse(query)) - bytesMax;
    const needed = Math.min(left, atOnce, Math.ceil(bytesOver / identityBytes));
    if (needed <= 0) return 'done';
    if (performance.now() > end) return 'late';
    const { removed, isEnd } = await forgetOldest(query, needed, end);
    const compacted = removed > 0 ? await compact(parts, 'seen') : 'done';
    if (isEnd || compacted !== 'done') return compacted;
    left -= removed;
  }
}

/** Removes so many identities, or some more, while there is time. `isEnd`: there are no more. */
async function forgetOldest(query: Query, count: number, end: number): Promise<{ removed: number; isEnd: boolean }> {
  const step = forgetIdentities(Number.MAX_SAFE_INTEGER);
  let removed = 0;
  while (removed < count && performance.now() < end) {
    const last = await step(query);
    removed += last;
    if (last < identitiesAtOnce) return { removed, isEnd: true };
  }
  return { removed, isEnd: false };
}
