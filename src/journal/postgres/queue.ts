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
import { makeRows, type PartitionMemory } from './partition-memory.ts';
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

export async function due(parts: QueueParts, asked: DueQuery): ReturnType<DeliveryQueue['due']> {
  const { query } = parts;
  const { partition, destinationId, replayId, now, limit, after, except = [], inOrder = false, followers = 0 } = asked;
  const cursor = after === undefined ? null : placeOf('delivery', after.id);
  if (after !== undefined && cursor === null) return { due: [], followers: [], isCut: false, nextDueAt: null };
  await withRows(parts, partition);
  const known = except.flatMap((id) => placeOf('delivery', id)?.number ?? []);
  const targets = (
    await query<{ id: number }>(
      'SELECT id FROM target WHERE destination = $1 AND replay = $2 AND partition = $3 ORDER BY id',
      [destinationId, replayId ?? '', partition],
    )
  ).map(({ id }) => id);
  if (targets.length === 0) return { due: [], followers: [], isCut: false, nextDueAt: null };
  const parts_ = [false, ...(inOrder ? [] : [true])];
  const rows = await query<DeliveryRow>(
    `SELECT found.* FROM unnest($1::integer[]) AS of (target) CROSS JOIN unnest($2::boolean[]) AS part (is_behind)
       CROSS JOIN LATERAL (
         SELECT ${deliveryColumns}, is_behind FROM waiting
         WHERE target = of.target AND is_behind = part.is_behind AND due_at <= $3
           AND (due_at, number) > ($4::bigint, $5::bigint) AND number <> ALL ($6::bigint[])
         ORDER BY due_at, number LIMIT $7) AS found
     ORDER BY due_at, number LIMIT $7`,
    [targets, parts_, now, after?.dueAt ?? -1, cursor?.number ?? -1, known, limit],
  );
  const budget = { left: readBytesMax, bytesMax: asked.bytesMax ?? Number.POSITIVE_INFINITY };
  const found = await loaded(parts, rows, budget, asked.eventOf);
  const heads = rows.slice(0, found.length);
  const behind =
    followers > 0 && heads.some(({ order_key }) => order_key !== null)
      ? await followersOf(query, heads, asked, known)
      : [];
  const next = await query<{ at: number | null }>(
    `SELECT min(at) AS at FROM unnest($1::integer[]) AS of (target) CROSS JOIN unnest($2::boolean[]) AS part (is_behind)
       CROSS JOIN LATERAL (SELECT due_at AS at FROM waiting
         WHERE target = of.target AND is_behind = part.is_behind AND due_at > $3 ORDER BY due_at LIMIT 1) AS first`,
    [targets, parts_, now],
  );
  return {
    due: found,
    followers: budget.left > 0 ? await loaded(parts, behind, budget, asked.eventOf) : [],
    isCut: found.length < rows.length || rows.length === limit,
    nextDueAt: next[0]?.at ?? null,
  };
}

/** The deliveries directly behind these in the order of their keys, in the same queue and due, up to a gap, at most that many. */
async function followersOf(
  query: Query,
  heads: readonly DeliveryRow[],
  { now, followers = 0 }: DueQuery,
  known: readonly number[],
): Promise<DeliveryRow[]> {
  const ordered = heads.filter(({ order_key }) => order_key !== null);
  const rows = await query<DeliveryRow & { head: number; isNext: boolean }>(
    `SELECT later.*, head.number AS head, coalesce(later.due_at <= $4, false) AND later.target = head.target
         AND later.number <> ALL ($5::bigint[]) AS "isNext"
     FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) WITH ORDINALITY AS head (number, order_key, target, place)
       CROSS JOIN LATERAL (SELECT ${deliveryColumns}, is_behind FROM waiting
         WHERE order_key = head.order_key AND number > head.number ORDER BY number LIMIT $6) AS later
     ORDER BY head.place, later.number`,
    [
      ordered.map(({ number }) => number),
      ordered.map(({ order_key }) => order_key),
      ordered.map(({ target }) => target),
      now,
      known,
      followers,
    ],
  );
  const found: DeliveryRow[] = [];
  for (const [, line] of Map.groupBy(rows, ({ head }) => head)) {
    const gap = line.findIndex(({ isNext }) => !isNext);
    found.push(...(gap < 0 ? line : line.slice(0, gap)));
  }
  return found.slice(0, followers);
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
