import { placeOf } from '../../contract/ids.ts';
import type { Client } from '../../sqlite/operation.ts';
import type { CancelledCount, Replays } from '../journal.ts';
import { deliveryIds, packPlanned } from './operations/planned.ts';
import type { ReplayedRow } from './operations/replays.ts';
import type { operations } from './operations.ts';

const cancelledAtOnce = 500;

/** The replays of an open database. */
export function sqliteReplays(client: Client<typeof operations>): Replays {
  return {
    create: (replay, entry) => client.write('createReplay', { replay, entry }),
    replay: (id) => client.read('replay', id),
    replays: ({ limit, before = null, after = null, state = null }) =>
      client.read('replays', { limit, before, after, state }),
    move: (id, move, entry) => client.write('moveReplay', { id, ...move, entry }),
    async advance(lease, { deliveries, ...step }) {
      const place = (kind: 'event' | 'delivery', id: string | null) => (id === null ? null : placeOf(kind, id));
      const rows = deliveries.map(
        (one): ReplayedRow => ({
          event: place('event', one.eventId),
          of: place('delivery', one.replayOf),
          source: place('delivery', one.source),
          key: one.idempotencyKey,
          keepsBody: one.keepsBody,
        }),
      );
      const planned = packPlanned(
        deliveries.map((one) => ({ ...one, dueAt: step.now, test: false })),
        ({ eventId }) => place('event', eventId),
      );
      const done = await client.write('advanceReplay', { lease, ...step, planned, rows });
      return done && deliveryIds(done, rows.length);
    },
    outcome: (id) => client.read('replayOutcome', id),
    waiting: (id, except) => client.write('replayWaiting', { id, except }),
    async cancelRest(id, now, except) {
      const numbers = except.flatMap((one) => placeOf('delivery', one)?.number ?? []);
      const all: CancelledCount[] = [];
      for (;;) {
        const counts = await client.write('cancelReplayed', { id, now, except: numbers, limit: cancelledAtOnce });
        all.push(...counts);
        if (counts.reduce((sum, { count }) => sum + count, 0) < cancelledAtOnce) return all;
      }
    },
  };
}
