import { placeOf } from '../../contract/ids.ts';
import { untilFewer } from '../../sqlite/in-steps.ts';
import type { Client } from '../../sqlite/operation.ts';
import type { Replays } from '../journal.ts';
import { deliveryPlaceOf, rowsOfIds } from './delivery-rows.ts';
import type { operations } from './operations.ts';
import { deliveryIds, packPlanned } from './planned.ts';
import type { ReplayedRow } from './replays.ts';

const rowsAtOnce = 500;

/** Like `untilFewer`, with a step that counts in several numbers; returns those of all steps. */
export async function countsInSteps<Count extends { count: number }>(
  step: (limit: number) => Promise<Count[]>,
): Promise<Count[]> {
  const all: Count[] = [];
  await untilFewer(rowsAtOnce, async (limit) => {
    const counts = await step(limit);
    all.push(...counts);
    return counts.reduce((sum, { count }) => sum + count, 0);
  });
  return all;
}

/** The replays of an open database. */
export function sqliteReplays(client: Client<typeof operations>): Replays {
  return {
    create: (replay, entry) => client.write('createReplay', { replay, entry }),
    replay: (id) => client.read('replay', id),
    replays: ({ limit, before = null, after = null, state = null }) =>
      client.read('replays', { limit, before, after, state }),
    move: (id, move, entry) => client.write('moveReplay', { id, ...move, entry }),
    async advance(lease, { deliveries, ...step }) {
      const eventOf = (id: string | null) => (id === null ? null : placeOf('event', id));
      const deliveryOf = (id: string | null) => (id === null ? null : deliveryPlaceOf(id));
      const rows = deliveries.map(
        (one): ReplayedRow => ({
          event: eventOf(one.eventId),
          of: deliveryOf(one.replayOf),
          source: deliveryOf(one.source),
          key: one.idempotencyKey,
          keepsBody: one.keepsBody,
        }),
      );
      const planned = packPlanned(
        deliveries.map((one) => ({ ...one, dueAt: step.now, test: false })),
        ({ eventId }) => eventOf(eventId),
      );
      const done = await client.write('advanceReplay', { lease, ...step, planned, rows });
      return done && { ids: deliveryIds(done.planned, rows.length), ended: done.ended };
    },
    outcome: (id, onHold = { destinationIds: [], now: 0 }) => client.read('replayOutcome', { id, onHold }),
    isMoving: (id, onHold) => client.read('replayIsMoving', { id, onHold }),
    waiting: (id, except) => client.write('replayWaiting', { id, except }),
    cancelRest(id, now, ids) {
      const except = rowsOfIds(ids);
      return countsInSteps((limit) => client.write('cancelReplayed', { id, now, except, limit }));
    },
  };
}
