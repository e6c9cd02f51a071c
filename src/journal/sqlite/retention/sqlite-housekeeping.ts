import { inSteps } from '../../../async/in-steps.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import type { Erasures } from '../../erasures.ts';
import type { Housekeeping, RetentionLimits } from '../../housekeeping.ts';
import { rowsOfIds } from '../delivery-id-codec.ts';
import type { VisitorMarker } from '../lists/sqlite-visitor-marker.ts';
import type { JournalClient } from '../operations.ts';

// A step takes a few milliseconds, which bounds how long a write waits for it.
const deliveriesAtOnce = 200;
const requestsAtOnce = 50;
const identitiesAtOnce = 1_000;
/** The share of the size limit up to which identities are kept for 24 h when the limit is reached. */
const identitiesShare = 1 / 4;
/** After a long pause, the rest of the identities is removed in later rounds. */
const identitiesMsMax = 20_000;
// Free pages are reused, so returning the last ones would be wasted work.
const freePagesKept = 4_096;

// Each body may be in another block, which is read and rewritten.
const bodiesAtOnce = 50;
const rowsAtOnce = 500;

/** The housekeeping of an open database. Intake is refused while `room` is full. */
export function sqliteHousekeeping(
  client: JournalClient,
  visitors: VisitorMarker,
  room: { isFull: boolean },
): Housekeeping {
  return {
    async retain(limits) {
      const result = await retain(client, limits);
      room.isFull = result.full;
      return result;
    },
    maintain: () => visitors.fill(),
    async forgetBodies(now) {
      let sum = 0;
      await inSteps(now, async () => {
        const { count, isEnd } = await client.write('forgetBodies', { now, limit: bodiesAtOnce });
        sum += count;
        return isEnd ? null : now;
      });
      return sum;
    },
    async keepBodies(destinationId, ms) {
      let sum = 0;
      await inSteps(0, async (after) => {
        const { last, count } = await client.write('keepBodies', { destinationId, ms, after, limit: rowsAtOnce });
        sum += count;
        return last;
      });
      return sum;
    },
    usage: () => client.read('usage', null),
    erasures: sqliteErasures(client, visitors),
  };
}

/**
 * Retention from the oldest on: deliveries and events are removed step by step in time, until the rest is within its
 * limits.
 */
async function retain(
  client: JournalClient,
  { before, now = Number.MAX_SAFE_INTEGER, identitiesBefore = 0, bytesMax }: RetentionLimits,
): Promise<{ removed: number; full: boolean }> {
  const byAge = await remove(client, { before, now, bytesMax: null });
  const bySize = bytesMax === null ? 0 : await fit(client, { now, bytesMax });
  const end = performance.now() + identitiesMsMax;
  const limit = identitiesAtOnce;
  const steps = [
    () => client.write('rememberFromNow', { now, limit }),
    () => client.write('forgetIdentities', { before: identitiesBefore, limit }),
  ];
  for (const step of steps) while ((await step()) === limit && performance.now() < end);
  await client.write('forgetClockBreaks', await partitionsOf(client));
  await client.write('forgetReplays', before);
  while (await client.write('shrink', { keep: freePagesKept }));
  const full = bytesMax !== null && (await client.write('bytesInUse', null)) > bytesMax;
  return { removed: byAge + bySize, full };
}

/**
 * Removes the oldest first, until the size in use is within the limit: identities above their share, then history, then
 * the other identities. A shorter memory of identities risks that a late repetition is stored twice; that is better than
 * no history, and than refusing events.
 */
async function fit(client: JournalClient, limits: { now: number; bytesMax: number }): Promise<number> {
  const { bytesMax } = limits;
  if ((await client.write('bytesInUse', null)) <= bytesMax) return 0;
  const { count, bytesEach } = await client.read('identities', null);
  await shortenMemory(client, bytesMax, count - (bytesMax * identitiesShare) / bytesEach);
  const removed = await removeUntilFits(client, limits);
  await shortenMemory(client, bytesMax, Number.POSITIVE_INFINITY);
  return removed;
}

/** Removes at most about `most` identities while the size in use is over the limit. */
async function shortenMemory(client: JournalClient, bytesMax: number, most: number): Promise<void> {
  for (let left = most; left > 0 && (await client.write('bytesInUse', null)) > bytesMax; left -= identitiesAtOnce)
    if ((await client.write('forgetOldestIdentities', { limit: identitiesAtOnce })) === 0) return;
}

/**
 * Repeats while it removes something: an event may have been kept by a delivery that was removed after it was examined.
 */
async function removeUntilFits(
  client: JournalClient,
  { now, bytesMax }: { now: number; bytesMax: number },
): Promise<number> {
  let sum = 0;
  for (;;) {
    const removed = await remove(client, { before: Number.MAX_SAFE_INTEGER, now, bytesMax });
    sum += removed;
    if (removed === 0 || (await client.write('bytesInUse', null)) <= bytesMax) return sum;
  }
}

const partitionsOf = async (client: JournalClient): Promise<number[]> =>
  (await client.write('partitionEnds', null)).map(([partition]) => partition);

/** Removes everything older than `before`; with `bytesMax` only until the size in use is within it. */
async function remove(
  client: JournalClient,
  limits: { before: number; now: number; bytesMax: number | null },
): Promise<number> {
  const offsets = new Map((await partitionsOf(client)).map((partition) => [partition, 0]));
  let removed = 0;
  await inSteps(0, async (from) => {
    const step = await client.write('removeDeliveries', { from, limits: { ...limits, steps: deliveriesAtOnce } });
    removed += step.removed;
    const until = { ...limits, before: step.until, steps: requestsAtOnce };
    for (const [partition, start] of offsets)
      await inSteps(start, async (offset) => {
        const events = await client.write('removeEvents', { partition, from: offset, limits: until });
        removed += events.removed;
        offsets.set(partition, events.next);
        return events.isEnd ? null : events.next;
      });
    return step.isEnd ? null : step.next;
  });
  return removed;
}

/** The erasures of the journal of a database. */
function sqliteErasures(client: JournalClient, visitors: VisitorMarker): Erasures {
  return {
    async count(sought) {
      const sum = { events: 0, deliveries: 0, unfinished: 0 };
      for (const [partition] of await client.read('partitionEnds', null))
        await inSteps(0, async (from) => {
          const { counts, next } = await client.read('countErasure', { sought, partition, from });
          sum.events += counts.events;
          sum.deliveries += counts.deliveries;
          sum.unfinished += counts.unfinished;
          return next;
        });
      return sum;
    },
    async begin({ id, code, sought, now }, entry) {
      const by = 'visitorId' in sought ? 'visitorId' : sought.parameter;
      await client.write('beginErasure', { id, code, by, sought, now, entry });
    },
    list: () => client.read('erasures', null),
    async step(id, { now, sending }) {
      const step = { id, now, sending: rowsOfIds(sending) };
      const { state, waitsFor, events, cancelled } = await client.write('eraseStep', step);
      if (events.length > 0) visitors.forget();
      return { state, waitsFor, events: events.map(eventOfLine), cancelled };
    },
  };
}
