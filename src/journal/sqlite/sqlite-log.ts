import { countsInSteps, inSteps, untilFewer } from '../../async/in-steps.ts';
import { placedId, placeOf } from '../../contract/ids.ts';
import { historyOf } from '../codec/delivery-history.ts';
import { eventOfLine, lineStart } from '../codec/event-codec.ts';
import { unlessLost } from '../codec/lease-codec.ts';
import { countByAction } from '../counts.ts';
import { noCounts } from '../deliveries.ts';
import type { JournalLog, Released } from '../log.ts';
import { addCounters, type Statistics } from '../statistics.ts';
import { deliveryId, deliveryPlaceOf, rowsOfIds } from './delivery-id-codec.ts';
import type { Counted } from './lists/delivery-histogram.ts';
import type { JournalClient } from './operations.ts';
import { nextDueOf } from './queue/due-codec.ts';
import { sqliteReplays } from './replays/sqlite-replays.ts';

/** How long one part of a count uses the reader thread; other reads run in between. */
const countedAtOnceMs = 100;
const rowsAtOnce = 500;
/** How long a write of statistics may wait for another write, to share its transaction. */
const maxDelayMs = 10;

/** The log of an open database. */
export function sqliteLog(client: JournalClient): JournalLog {
  const search: JournalLog['search'] = async ({ before, after, name, ...filters }) => {
    const cursors = { before: eventCursor(before), after: eventCursor(after) };
    if (cursors.before === undefined || cursors.after === undefined)
      return { events: [], reached: null, looked: 0, lookedBytes: 0 };
    const start = name === undefined ? null : lineStart(name);
    const query = { ...filters, before: cursors.before, after: cursors.after, lineStart: start };
    const { lines, reached, ...looked } = await client.read('searchEvents', query);
    return { events: lines.map(eventOfLine), reached: reached && placedId('event', reached), ...looked };
  };

  return {
    async events(query) {
      return (await search({ ...query, lookedMax: Number.MAX_SAFE_INTEGER })).events;
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
      const places = ids.flatMap((id) => deliveryPlaceOf(id) ?? []);
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
      const place = deliveryPlaceOf(id);
      const found = place && (await client.read('delivery', place));
      return found && { ...found.row.logged, ...historyOf(found) };
    },
    async retry(lease, { id, now, render }, entry) {
      const place = deliveryPlaceOf(id);
      return place && unlessLost(await client.write('retry', { lease, ...place, now, render, entry }));
    },
    async cancel(lease, id, now, entry) {
      const place = deliveryPlaceOf(id);
      return place && unlessLost(await client.write('cancel', { lease, ...place, now, entry }));
    },
    async release(lease, destinationId, now, which = 'known') {
      const sum: Released = { released: 0, unknownOutcomes: 0 };
      await inSteps(0, async (after) => {
        const step = { lease, destinationId, which, now, after, limit: rowsAtOnce };
        const { last, ...counts } = unlessLost(await client.write('release', step));
        addCounters(sum, counts);
        return last;
      });
      return sum;
    },
    backlog: async () => (await client.read('backlog', null)).map((row) => ({ ...nextDueOf(row), open: row.open })),
    storedHeld: () => client.read('storedHeld', null),
    unfinished: (now) => client.read('unfinished', now),
    unresolved: () => client.read('unresolved', null),
    async releaseOrder(lease, destinationId, releaseAfter) {
      const step = { lease, destinationId, releaseAfter };
      await untilFewer(rowsAtOnce, async (limit) => unlessLost(await client.write('releaseOrder', { ...step, limit })));
    },
    async expire(lease, { except: ids, ...query }) {
      const except = rowsOfIds(ids);
      return countByAction(await countsInSteps((limit) => client.write('expire', { lease, ...query, except, limit })));
    },
    async waiting(destinationId, except) {
      return countByAction(await client.read('waiting', { destinationId, except: rowsOfIds(except) }));
    },
    oldestWaiting: () => client.read('oldestWaiting', null),
    replays: sqliteReplays(client),
    statistics: statistics(client),
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
  };
}

/** A query with its ids decoded; null when one of them is no id, so that nothing matches. */
function withPlaces<Q extends { before?: string; after?: string; eventId?: string; replayOf?: string }>(query: Q) {
  const { before, after, eventId, replayOf, ...rest } = query;
  const older = deliveryCursor(before);
  const newer = deliveryCursor(after);
  const event = eventCursor(eventId);
  const repeated = deliveryCursor(replayOf);
  if (older === undefined || newer === undefined || event === undefined || repeated === undefined) return null;
  return { ...rest, before: older, after: newer, event, repeated };
}

/** null: no id was given; undefined: the text is not an id. */
function eventCursor(id: string | undefined) {
  return id === undefined ? null : (placeOf('event', id) ?? undefined);
}

/** Likewise. */
function deliveryCursor(id: string | undefined) {
  return id === undefined ? null : (deliveryPlaceOf(id) ?? undefined);
}
