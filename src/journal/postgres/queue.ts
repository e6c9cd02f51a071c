import { placeOf } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Query } from '../../postgres/postgres.ts';
import { eventOfLine } from '../codec/event-codec.ts';
import { renderedOf } from '../codec/rendered-codec.ts';
import { statusCodes } from '../codec/status-codes.ts';
import type { DueDelivery } from '../deliveries.ts';
import type { DeliveryQueue, NextDue } from '../hot.ts';
import { readBlocks, renderedText } from './attempt-blocks.ts';
import { type DeliveryRow, deliveryColumns, ensureWords, eventPlaceOf, loggedOf } from './delivery-row.ts';
import type { EventReader } from './event-reader.ts';
import { firstDue, type Open, openOf, openOfKeys, openRow, type Place } from './open-deliveries.ts';
import { type Memory, makeRows, type PartitionMemory } from './partition-memory.ts';
import type { Words } from './words.ts';

export type QueueParts = { query: Query; partitions: PartitionMemory; words: Words; events: EventReader };

/** Deliveries whose events and requests are read at once. */
const readAtOnce = 100;
/** Stored text that one reading returns, about. */
const readBytesMax = 4 * 1_048_576;

/** Gives open deliveries rows, so that what is due is in one table. A former owner that still reads writes nothing. */
export async function withRows({ query, partitions }: Pick<QueueParts, 'query' | 'partitions'>, partition: number) {
  await partitions.inTurn(partition, async () => {
    const memory = await partitions.own(partition);
    if (memory === null) return;
    if (memory.open.size > 0 && !(await makeRows(query, memory))) partitions.forget(partition);
  });
}

type DueQuery = Parameters<DeliveryQueue['due']>[0];

type DueRows = {
  rows: DeliveryRow[];
  /** What comes directly behind these, in the order of their keys. */
  behind: DeliveryRow[];
  nextDueAt: number | null;
};

/** Writes nothing: what the owner has in memory alone is added to the rows. */
export async function due(parts: QueueParts, asked: DueQuery): ReturnType<DeliveryQueue['due']> {
  const { query, partitions } = parts;
  const { partition, destinationId, replayId, limit, after, followers = 0 } = asked;
  const cursor = after === undefined ? { dueAt: -1, number: -1 } : cursorOf(after);
  const targets = await query<{ id: number }>(
    'SELECT id FROM target WHERE destination = $1 AND replay = $2 AND partition = $3 ORDER BY id',
    [destinationId, replayId ?? '', partition],
  );
  if (cursor === null || targets.length === 0) return { due: [], followers: [], isCut: false, nextDueAt: null };
  const ids = targets.map(({ id }) => id);
  // In turn, so that nothing changes between the look at memory and the query of rows.
  const found = await partitions.inTurn(partition, () => dueRows(parts, asked, ids, cursor));
  const budget = { left: readBytesMax, bytesMax: asked.bytesMax ?? Number.POSITIVE_INFINITY };
  const due = await loaded(parts, found.rows, budget, asked.eventOf);
  const keys = new Set(found.rows.slice(0, due.length).map(({ order_key }) => order_key));
  const behind = found.behind.filter(({ order_key }) => keys.has(order_key)).slice(0, followers);
  return {
    due,
    followers: budget.left > 0 ? await loaded(parts, behind, budget, asked.eventOf) : [],
    isCut: due.length < found.rows.length || found.rows.length === limit,
    nextDueAt: found.nextDueAt,
  };
}

function cursorOf({ dueAt, id }: NonNullable<DueQuery['after']>): Place | null {
  const place = placeOf('delivery', id);
  return place && { dueAt, number: place.number };
}

async function dueRows(
  { query, partitions }: QueueParts,
  asked: DueQuery,
  targets: readonly number[],
  after: Place,
): Promise<DueRows> {
  const { partition, now, limit, except = [], inOrder = false, followers = 0 } = asked;
  const known = except.flatMap((id) => placeOf('delivery', id)?.number ?? []);
  const memory = await partitions.own(partition);
  const ofQueue = openOf(memory, targets, inOrder);
  const open = inOrder ? await withoutRowsBefore(query, partition, ofQueue) : ofQueue;
  const parts = [false, ...(inOrder ? [] : [true])];
  const stored = await query<DeliveryRow>(
    `SELECT found.* FROM unnest($1::integer[]) AS of (target) CROSS JOIN unnest($2::boolean[]) AS part (is_behind)
       CROSS JOIN LATERAL (
         SELECT ${deliveryColumns}, is_behind FROM waiting
         WHERE target = of.target AND is_behind = part.is_behind AND due_at <= $3
           AND (due_at, number) > ($4::bigint, $5::bigint) AND number <> ALL ($6::bigint[])
         ORDER BY due_at, number LIMIT $7) AS found
     ORDER BY due_at, number LIMIT $7`,
    [targets, parts, now, after.dueAt, after.number, known, limit],
  );
  // Rows that were committed without an answer are in memory, too.
  const others = new Set([...known, ...stored.map(({ number }) => number)]);
  const rows = firstDue(open, { now, after, except: others, limit })
    .map(({ number, delivery }) => openRow(partition, number, delivery))
    .concat(stored)
    .sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0) || a.number - b.number)
    .slice(0, limit);
  const ordered = followers > 0 ? rows.filter(({ order_key }) => order_key !== null) : [];
  const behind = ordered.length === 0 ? [] : await followersOf(query, memory, ordered, asked, known);
  const [next] = await query<{ at: number | null }>(
    `SELECT min(at) AS at FROM unnest($1::integer[]) AS of (target) CROSS JOIN unnest($2::boolean[]) AS part (is_behind)
       CROSS JOIN LATERAL (SELECT due_at AS at FROM waiting
         WHERE target = of.target AND is_behind = part.is_behind AND due_at > $3 ORDER BY due_at LIMIT 1) AS first`,
    [targets, parts, now],
  );
  const later = open.flatMap(({ delivery: { dueAt } }) => (dueAt !== null && dueAt > now ? dueAt : []));
  const nextDueAt = later.reduce((least, at) => Math.min(least, at), next?.at ?? Number.POSITIVE_INFINITY);
  return { rows, behind, nextDueAt: Number.isFinite(nextDueAt) ? nextDueAt : null };
}

/** Open deliveries without those whose order key has an earlier one with a row. */
async function withoutRowsBefore(query: Query, partition: number, open: readonly Open[]): Promise<readonly Open[]> {
  const keys = open.flatMap(({ delivery }) => delivery.orderKey ?? []);
  if (keys.length === 0) return open;
  const rows = await query<{ key: number }>(
    `SELECT key FROM unnest($2::bigint[]) AS key
     WHERE EXISTS (SELECT FROM waiting WHERE order_key = key AND partition = $1)`,
    [partition, keys],
  );
  const before = new Set(rows.map(({ key }) => key));
  return open.filter(({ delivery: { orderKey } }) => orderKey === null || !before.has(orderKey));
}

/** The deliveries directly behind these in the order of their keys, in the same queue and due, up to a gap. */
async function followersOf(
  query: Query,
  memory: Memory | null,
  heads: readonly DeliveryRow[],
  { partition, now, followers = 0 }: DueQuery,
  known: readonly number[],
): Promise<DeliveryRow[]> {
  const rows = await query<DeliveryRow & { head: number }>(
    `SELECT later.*, head.number AS head
     FROM unnest($1::bigint[], $2::bigint[]) AS head (number, order_key)
       CROSS JOIN LATERAL (SELECT ${deliveryColumns}, is_behind FROM waiting
         WHERE order_key = head.order_key AND partition = $3 AND number > head.number ORDER BY number LIMIT $4) AS later
     ORDER BY later.number`,
    [heads.map(({ number }) => number), heads.map(({ order_key }) => order_key), partition, followers],
  );
  const lines = Map.groupBy(rows, ({ head }) => head);
  const openByKey = openOfKeys(memory, new Set(heads.map(({ order_key }) => order_key)));
  const isKnown = new Set(known);
  return heads.flatMap((head) => {
    const stored: DeliveryRow[] = lines.get(head.number) ?? [];
    const last = stored.at(-1)?.number ?? head.number;
    const later = (openByKey.get(head.order_key) ?? []).filter(({ number }) => number > last);
    const line = stored.concat(later.map(({ number, delivery }) => openRow(partition, number, delivery)));
    const gap = line.findIndex(
      ({ number, target, due_at }) => target !== head.target || due_at === null || due_at > now || isKnown.has(number),
    );
    return gap < 0 ? line : line.slice(0, gap);
  });
}

/** The deliveries of rows with their events and requests, until the budget is spent. */
async function loaded(
  { query, words, events }: QueueParts,
  rows: readonly DeliveryRow[],
  budget: { left: number; bytesMax: number },
  eventOf: (id: string) => Event | undefined = () => undefined,
): Promise<DueDelivery[]> {
  const all: DueDelivery[] = [];
  await ensureWords(words, rows);
  for (let at = 0; at < rows.length && budget.left > 0; at += readAtOnce) {
    const some = rows.slice(at, at + readAtOnce);
    const places = some.flatMap((row) => eventPlaceOf(row) ?? []);
    const lines = await events.lines(places);
    let next = 0;
    const blocks = await readBlocks(
      query,
      some.flatMap(({ partition, rendered_block: id }) => (id === null ? [] : { partition, id })),
    );
    for (const row of some) {
      const line = eventPlaceOf(row) === null ? undefined : lines[next++];
      const { partition, number, rendered_block: id } = row;
      const text = id === null ? null : renderedText(blocks, { partition, id }, number);
      const bytes = (line?.line.length ?? 0) + (text?.length ?? 0);
      if (bytes > budget.bytesMax || budget.left <= 0) return all;
      budget.left -= bytes;
      const logged = loggedOf(words, row);
      const event = line === undefined ? null : (eventOf(logged.eventId ?? '') ?? eventOfLine(line));
      all.push(dueOf(row, logged, event, text));
    }
  }
  return all;
}

function dueOf(
  row: DeliveryRow,
  logged: ReturnType<typeof loggedOf>,
  event: Event | null,
  text: string | null,
): DueDelivery {
  const { status: _, reason: _1, detail: _2, errorKind: _3, finishedAt: _4, replayOf: _5, ...same } = logged;
  return {
    ...same,
    event,
    number: row.exchanges,
    scheduleStep: row.schedule_step,
    waitedMs: row.waited_ms,
    deaths: row.deaths,
    idempotencyKey: row.replay_key,
    rendered: text === null ? null : renderedOf(text, event),
    ...(row.order_key !== null && { orderKey: row.order_key }),
  };
}

/** Index seeks, one for each queue of the partition. */
export async function nextDue(parts: QueueParts, partition: number): Promise<NextDue[]> {
  await withRows(parts, partition);
  const first = (isBehind: boolean) => `(SELECT due_at FROM waiting
    WHERE target = target.id AND is_behind = ${isBehind} AND due_at IS NOT NULL ORDER BY due_at LIMIT 1)`;
  const rows = await parts.query<{ destination: string; connection: string; replay: string; at: number | null }>(
    `SELECT destination, connection, replay, at FROM (
       SELECT target.*, least(${first(false)}, ${first(true)}) AS at,
         EXISTS (SELECT FROM waiting WHERE status = ${statusCodes.held} AND target = target.id) AS is_held
       FROM target WHERE partition = $1) AS queue
     WHERE at IS NOT NULL OR is_held ORDER BY destination, connection, replay`,
    [partition],
  );
  return rows.map(({ destination, connection, replay, at }) => ({
    destinationId: destination,
    connectionId: connection,
    replayId: replay === '' ? null : replay,
    nextDueAt: at,
  }));
}
