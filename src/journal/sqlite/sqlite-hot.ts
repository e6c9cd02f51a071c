import { inSteps } from '../../async/in-steps.ts';
import { AppError } from '../../contract/errors.ts';
import { placeOf } from '../../contract/ids.ts';
import { eventOfLine } from '../codec/event-codec.ts';
import { clockToleranceMs, type HotJournal, type Lease } from '../hot.ts';
import { acceptedOf, bytesOf, packRequest } from './accept-codec.ts';
import { deliveryId, deliveryPlaceOf, rowsOfIds } from './delivery-id-codec.ts';
import type { VisitorMarker } from './lists/sqlite-visitor-marker.ts';
import type { JournalClient } from './operations.ts';
import { deliveryIds, packPassed, packPlanned, takenOf } from './planned-codec.ts';
import { type DueNumber, type DueRow, dueOf, duePartsOf, nextDueOf } from './queue/due-codec.ts';
import { packSettle } from './settle-codec.ts';

/**
 * How long a settle or a marker may wait for another write, to share its transaction: intake then waits for fewer
 * transactions.
 */
const maxDelayMs = 10;
/** Requests may wait for the write of a rate. */
const rateDelayMs = 2;
const rowsAtOnce = 500;

/**
 * The hot journal of an open database. Objects are converted to text and back on the main thread, which keeps the storage
 * thread free for storage.
 */
export function sqliteHot(
  client: JournalClient,
  visitors: Pick<VisitorMarker, 'add'>,
  room: { readonly isFull: boolean },
): HotJournal {
  return {
    leases: {
      partitionCount: (wanted) => client.write('partitionCount', wanted),
      beat: (beat) => client.write('beat', beat),
      take: ({ node, partitions }) => client.write('take', { node, partitions }),
      release: (lease) => client.write('releaseLease', lease),
      leave: (node, leases) => client.write('leave', { node, leases }),
    },
    commands: {
      ask: (command) => client.write('askOwner', command),
      take: (leases, query) => client.write('takeCommands', { leases, ...query }),
      respond: (number, response) => client.write('respondToCommand', { number, response }),
      responseTo: (number) => client.write('commandResponse', number),
      withdraw: (number) => client.write('withdrawCommand', number),
    },
    statuses: {
      list: () => client.read('ownerStatuses', null),
      save: (lease, changes) => client.write('saveStatuses', { lease, changes }),
      clear: (lease) => client.write('clearStatuses', lease),
    },
    async accept(request) {
      if (room.isFull) throw new AppError('storage_full');
      const packed = packRequest(request);
      const result = await client.write('accept', packed, { bytes: bytesOf(packed), isIntake: true });
      const accepted = acceptedOf(request, result);
      visitors.add(request, accepted);
      return accepted;
    },
    position: (partition) => client.write('position', partition),
    async read(query) {
      const lines = await client.write('readEvents', query);
      const events = lines.map((line) => ({ offset: line.number, event: eventOfLine(line) }));
      return { events, to: (events.at(-1)?.offset ?? query.from - 1) + 1 };
    },
    async plan(lease, { advance, deliveries, passed = [], now }) {
      const eventOf = ({ eventId }: { eventId: string | null }) =>
        eventId === null ? null : placeOf('event', eventId);
      const planned = packPlanned(deliveries, eventOf);
      const load = { bytes: planned.length, isIntake: false };
      const plan = { lease, advance, planned, passed: packPassed(passed, eventOf), now };
      const done = await client.write('plan', plan, load);
      return done && deliveryIds(done, deliveries.length);
    },
    async takePassed(lease, request) {
      const done = await client.write('takePassed', { lease, ...request });
      return done && { taken: takenOf(done), ended: done.ended, isMore: done.isMore, isBehind: done.isBehind };
    },
    async due({
      partition,
      destinationId,
      replayId,
      now,
      limit,
      after,
      except = [],
      inOrder = false,
      followers = 0,
      ...query
    }) {
      const number = after === undefined ? null : deliveryPlaceOf(after.id)?.number;
      if (number === undefined) return { due: [], followers: [], isCut: false, nextDueAt: null };
      const cursor = after === undefined || number === null ? null : { dueAt: after.dueAt, number };
      const of = { partition, destinationId, replayId: replayId ?? '', inOrder, followers };
      const { eventOf = () => undefined, bytesMax = null } = query;
      const asked = { ...of, now, limit, after: cursor, except: rowsOfIds(except), bytesMax };
      const { rows, behind, isCut, nextDueAt } = await client.write('due', asked);
      const dueFrom = (row: DueRow) => dueOf(row, eventOf);
      return { due: rows.map(dueFrom), followers: behind.map(dueFrom), isCut, nextDueAt };
    },
    nextDue: async (partition) => (await client.write('nextDue', partition)).map(nextDueOf),
    async followClock(lease, now, knownMs) {
      const noticedMs = await client.write('setBack', { lease, now });
      if (noticedMs === null) return null;
      const byMs = Math.max(knownMs, noticedMs);
      if (byMs <= clockToleranceMs) return 0;
      await moveDue(client, lease, { now, byMs });
      return byMs;
    },
    mark: (lease, ids, onTrial) =>
      client.write(
        'mark',
        {
          lease,
          numbers: JSON.stringify(rowsOfIds(ids)),
          onTrial: onTrial === null ? null : (rowsOfIds([onTrial])[0] ?? null),
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
    saveHold: (lease, hold) => client.write('saveHold', { lease, hold }, { bytes: 0, isIntake: false, maxDelayMs }),
    removeHold: (lease, scopeId) => client.write('removeHold', { lease, scopeId }),
    pauses: () => client.write('pauses', null),
    savePause: (lease, pause) => client.write('savePause', { lease, pause }),
    rates: (partition) => client.write('rates', partition),
    saveRates: (lease, changes) =>
      client.write('saveRates', { lease, changes }, { bytes: 0, isIntake: false, maxDelayMs: rateDelayMs }),
    removePause: (lease, scopeId) => client.write('removePause', { lease, scopeId }),
  };
}

async function moveDue(client: JournalClient, lease: Lease, by: { now: number; byMs: number }): Promise<void> {
  const { now, byMs } = by;
  const targets = await client.write('targets', lease.partition);
  for (const part of duePartsOf(
    targets.map(({ id }) => id),
    false,
  )) {
    const first: DueNumber = { due_at: now, number: Number.MAX_SAFE_INTEGER };
    await inSteps(first, (after) => client.write('moveDue', { lease, part, after, byMs, limit: rowsAtOnce }));
  }
}
