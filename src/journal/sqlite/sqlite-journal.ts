import { AppError } from '../../contract/errors.ts';
import { placedId, placeOf } from '../../contract/ids.ts';
import type { Sqlite } from '../../sqlite/sqlite.ts';
import {
  addCounters,
  type CountByAction,
  type DeliveryLog,
  type DeliveryQueue,
  type Journal,
  type Released,
  type RetentionStore,
  type Statistics,
} from '../journal.ts';
import { acceptedOf, bytesOf, packRequest } from './accept.ts';
import { historyOf } from './delivery-commands.ts';
import { type DueNumber, type DueRow, dueOf, duePartsOf } from './delivery-queue.ts';
import { eventOfLine, lineStart } from './event-codec.ts';
import type { Target } from './interned-ids.ts';
import { type Counted, noCounts } from './lists/delivery-histogram.ts';
import { VisitorMarker } from './lists/visitor-marker.ts';
import type { JournalClient, operations } from './operations.ts';
import { deliveryId, deliveryIds, numbersOf, packPlanned } from './planned.ts';
import { retain, sqliteErasures } from './retention/sqlite-retention.ts';
import { packSettle } from './settle.ts';
import { inSteps, sqliteReplays } from './sqlite-replays.ts';

/**
 * How long a settle or a marker may wait for another write, to share its transaction: intake then waits for fewer
 * transactions.
 */
const maxDelayMs = 10;

/** How long one part of a count uses the reader thread; other reads run in between. */
const countedAtOnceMs = 100;
const rowsAtOnce = 500;
// Each body may be in another block, which is read and rewritten.
const bodiesAtOnce = 50;

/**
 * The journal of an open database, which stays open when the journal ends. Objects are converted to text and back on
 * the main thread, which keeps the storage thread free for storage.
 */
export function sqliteJournal(sqlite: Pick<Sqlite, 'client'>): Journal {
  const client: JournalClient = sqlite.client<typeof operations>();
  let isFull = false;
  const visitors = new VisitorMarker(client);
  const retention = retentionStore(client, visitors);
  return {
    leases: {
      acquire: (request) => client.write('acquire', request),
      renew: (lease, ttlMs, now) => client.write('renew', { lease, until: now + ttlMs }),
      release: (lease) => client.write('releaseLease', lease),
    },
    intake: {
      async accept(request) {
        if (isFull) throw new AppError('storage_full');
        const packed = packRequest(request);
        const answer = await client.write('accept', packed, { bytes: bytesOf(packed), isIntake: true });
        const accepted = acceptedOf(request, answer);
        visitors.add(request, accepted);
        return accepted;
      },
    },
    matching: matching(client),
    deliveries: deliveryQueue(client),
    log: deliveryLog(client),
    replays: sqliteReplays(client),
    retention: {
      ...retention,
      async retain(limits) {
        const result = await retention.retain(limits);
        isFull = result.full;
        return result;
      },
    },
    erasures: sqliteErasures(client, visitors),
    statistics: statistics(client),
  };
}

function matching(client: JournalClient): Journal['matching'] {
  return {
    position: (partition) => client.write('position', partition),
    async read(query) {
      const lines = await client.write('readEvents', query);
      const events = lines.map((line) => ({ offset: line.number, event: eventOfLine(line) }));
      return { events, to: (events.at(-1)?.offset ?? query.from - 1) + 1 };
    },
    async plan(lease, { advance, deliveries, now }) {
      const planned = packPlanned(deliveries, ({ eventId }) => (eventId === null ? null : placeOf('event', eventId)));
      const load = { bytes: planned.length, isIntake: false };
      const done = await client.write('plan', { lease, advance, planned, now }, load);
      return done && deliveryIds(done, deliveries.length);
    },
  };
}

function nextDueOf({ destination, connection, replay, next_due_at }: Target & { next_due_at: number | null }) {
  return {
    destinationId: destination,
    connectionId: connection,
    replayId: replay === '' ? null : replay,
    nextDueAt: next_due_at,
  };
}

function deliveryQueue(client: JournalClient): DeliveryQueue {
  return {
    async due({ destinationId, replayId, now, limit, after, except = [], inOrder = false, followers = 0, ...query }) {
      const number = after === undefined ? null : placeOf('delivery', after.id)?.number;
      if (number === undefined) return { due: [], followers: [], isCut: false, nextDueAt: null };
      const cursor = after === undefined || number === null ? null : { dueAt: after.dueAt, number };
      const of = { destinationId, replayId: replayId ?? '', inOrder, followers };
      const { eventOf = () => undefined, bytesMax = null } = query;
      const asked = { ...of, now, limit, after: cursor, except: numbersOf(except), bytesMax };
      const { rows, behind, isCut, nextDueAt } = await client.write('due', asked);
      const dueFrom = (row: DueRow) => dueOf(row, eventOf);
      return { due: rows.map(dueFrom), followers: behind.map(dueFrom), isCut, nextDueAt };
    },
    nextDue: async () => (await client.write('nextDue', null)).map(nextDueOf),
    setBack: (now) => client.write('setBack', now),
    async moveDue(now, byMs) {
      const targets = await client.write('targets', null);
      for (const part of duePartsOf(
        targets.map(({ id }) => id),
        false,
      )) {
        let after: DueNumber | null = { due_at: now, number: Number.MAX_SAFE_INTEGER };
        while (after !== null) after = await client.write('moveDue', { part, after, byMs, limit: rowsAtOnce });
      }
    },
    // A count over many rows, which must not delay writes.
    backlog: async () => (await client.read('backlog', null)).map((row) => ({ ...nextDueOf(row), open: row.open })),
    mark: (lease, ids, onTrial) =>
      client.write(
        'mark',
        {
          lease,
          numbers: JSON.stringify(numbersOf(ids)),
          onTrial: onTrial === null ? null : (numbersOf([onTrial])[0] ?? null),
        },
        { bytes: 0, isIntake: false, maxDelayMs },
      ),
    async recover(lease, now) {
      const { suspects, poisoned } = await client.write('recover', { lease, now });
      const id = (place: { timeMs: number; number: number }) => deliveryId(place.timeMs, place.number);
      return { suspects: suspects.map(id), poisoned: poisoned.map(id) };
    },
    async settle(lease, settlements, now) {
      const { batch, bytes } = packSettle(lease, settlements, now);
      const overtaken = await client.write('settle', batch, { bytes, isIntake: false, maxDelayMs });
      if (overtaken === false || overtaken.length === 0) return overtaken === false ? false : [];
      return overtaken.map(({ timeMs, number, isCorrected }) => ({
        deliveryId: deliveryId(timeMs, number),
        isCorrected,
      }));
    },
    holds: () => client.write('holds', null),
    saveHold: (hold) => client.write('saveHold', hold, { bytes: 0, isIntake: false, maxDelayMs }),
    removeHold: (scopeId) => client.write('removeHold', scopeId),
  };
}

function deliveryLog(client: JournalClient): DeliveryLog {
  const search: DeliveryLog['search'] = async ({ before, after, name, ...filters }) => {
    const cursors = { before: cursor('event', before), after: cursor('event', after) };
    if (cursors.before === undefined || cursors.after === undefined)
      return { events: [], reached: null, looked: 0, lookedBytes: 0 };
    const start = name === undefined ? null : lineStart(name);
    const query = { ...filters, before: cursors.before, after: cursors.after, lineStart: start };
    const { lines, reached, ...looked } = await client.read('searchEvents', query);
    return { events: lines.map(eventOfLine), reached: reached && placedId('event', reached), ...looked };
  };

  return {
    async events(query) {
      return (await search({ ...query, lookedMost: Number.MAX_SAFE_INTEGER })).events;
    },
    search,
    async event(id) {
      const place = placeOf('event', id);
      const line = place && (await client.read('event', place));
      return line && eventOfLine(line);
    },
    async deliveries(query) {
      const placed = withPlaces(query);
      return placed === null ? [] : client.read('listDeliveries', placed);
    },
    async details(ids) {
      const places = ids.flatMap((id) => placeOf('delivery', id) ?? []);
      return places.length === 0 ? [] : client.read('deliveryDetails', { places });
    },
    async searchDeliveries(query) {
      const placed = withPlaces(query);
      if (placed === null) return { deliveries: [], reached: null, looked: 0, lookedBytes: 0 };
      const { reached, ...found } = await client.read('searchDeliveries', placed);
      const at = reached && { id: deliveryId(reached.timeMs, reached.number), createdAt: reached.timeMs };
      return { ...found, reached: at };
    },
    async histogram({ forMs, ...query }) {
      const endsAt = performance.now() + forMs;
      const counts = query.edges.map(noCounts);
      const placed = withPlaces(query);
      let countedFrom: number | null = null;
      for (let before: Counted['next'] = null; placed !== null; ) {
        const part: Counted = await client.read('countDeliveries', { ...placed, before, forMs: countedAtOnceMs });
        for (const [bucket, more] of part.counts.entries()) addCounters(counts[bucket] ?? noCounts(), more);
        countedFrom = part.next?.timeMs ?? null;
        before = part.next;
        if (before === null || performance.now() >= endsAt) break;
      }
      return { counts, countedFrom };
    },
    async delivery(id) {
      const place = placeOf('delivery', id);
      const found = place && (await client.read('delivery', place));
      return found && { ...found.row.logged, ...historyOf(found) };
    },
    async retry({ id, now, render }, entry) {
      const place = placeOf('delivery', id);
      return place && client.write('retry', { ...place, now, render, entry });
    },
    async cancel(id, now, entry) {
      const place = placeOf('delivery', id);
      return place && client.write('cancel', { ...place, now, entry });
    },
    async release(destinationId, now, which = 'known') {
      const sum: Released = { released: 0, unknownOutcomes: 0 };
      for (let after: number | null = 0; after !== null; ) {
        const step: Parameters<typeof operations.release>[1] = { destinationId, which, now, after, limit: rowsAtOnce };
        const { last, ...counts } = await client.write('release', step);
        addCounters(sum, counts);
        after = last;
      }
      return sum;
    },
    storedHeld: () => client.read('storedHeld', null),
    unfinished: (now) => client.read('unfinished', now),
    unresolved: () => client.read('unresolved', null),
    async releaseOrder(destinationId, releaseAfter) {
      await inSteps(async (limit) => [
        { count: await client.write('releaseOrder', { destinationId, releaseAfter, limit }) },
      ]);
    },
    async expire({ except: ids, ...query }) {
      const except = numbersOf(ids);
      return countByAction(await inSteps((limit) => client.write('expire', { ...query, except, limit })));
    },
  };
}

function retentionStore(client: JournalClient, visitors: VisitorMarker): RetentionStore {
  return {
    retain: (limits) => retain(client, limits),
    markVisitors: () => visitors.fill(),
    async forgetBodies(now) {
      for (let sum = 0; ; ) {
        const { count, isEnd } = await client.write('forgetBodies', { now, limit: bodiesAtOnce });
        sum += count;
        if (isEnd) return sum;
      }
    },
    async keepBodies(destinationId, ms) {
      let sum = 0;
      let after: number | null = 0;
      while (after !== null) {
        const step: { last: number | null; count: number } = await client.write('keepBodies', {
          destinationId,
          ms,
          after,
          limit: rowsAtOnce,
        });
        sum += step.count;
        after = step.last;
      }
      return sum;
    },
    usage: () => client.read('usage', null),
  };
}

function statistics(client: JournalClient): Statistics {
  return {
    add(entries) {
      const text = JSON.stringify(entries);
      return client.write('addStatistics', text, { bytes: text.length, isIntake: false, maxDelayMs });
    },
    rollUp: (before, aged = before) =>
      client.write('rollUpStatistics', { before, aged }, { bytes: 0, isIntake: false, maxDelayMs }),
    read: (query) => client.read('readStatistics', query),
    async waiting(destinationId, except) {
      return countByAction(await client.read('waiting', { destinationId, except: numbersOf(except) }));
    },
    oldestWaiting: () => client.read('oldestWaiting', null),
  };
}

/** A query with its ids decoded; null when one of them is no id, so that nothing matches. */
function withPlaces<Q extends { before?: string; after?: string; eventId?: string; replayOf?: string }>(query: Q) {
  const { before, after, eventId, replayOf, ...rest } = query;
  const older = cursor('delivery', before);
  const newer = cursor('delivery', after);
  const event = cursor('event', eventId);
  const repeated = cursor('delivery', replayOf);
  if (older === undefined || newer === undefined || event === undefined || repeated === undefined) return null;
  return { ...rest, before: older?.number ?? null, after: newer?.number ?? null, event, repeated };
}

/** null: no id was given; undefined: the text is not an id. */
function cursor(kind: 'event' | 'delivery', id: string | undefined) {
  return id === undefined ? null : (placeOf(kind, id) ?? undefined);
}

/** Adds up the counts of each action, in the order of the action ids; deliveries without an action come first. */
export function countByAction(counts: Iterable<CountByAction>): CountByAction[] {
  const sums = new Map<string | null, number>();
  for (const { actionId, count } of counts) sums.set(actionId, (sums.get(actionId) ?? 0) + count);
  return Array.from(sums, ([actionId, count]) => ({ actionId, count })).sort((a, b) =>
    (a.actionId ?? '') < (b.actionId ?? '') ? -1 : 1,
  );
}
