import { countsInSteps } from '../../../async/in-steps.ts';
import type { Client } from '../../../sqlite/operation.ts';
import type { Replays } from '../../journal.ts';
import { rowsOfIds } from '../delivery-id-codec.ts';
import type { operations } from '../operations.ts';
import { deliveryIds } from '../planned-codec.ts';
import { replayedParts } from './replayed-codec.ts';

/** The replays of an open database. */
export function sqliteReplays(client: Client<typeof operations>): Replays {
  return {
    create: (replay, entry) => client.write('createReplay', { replay, entry }),
    replay: (id) => client.read('replay', id),
    replays: ({ limit, before = null, after = null, state = null }) =>
      client.read('replays', { limit, before, after, state }),
    open: ({ limit }) => client.read('openReplays', limit),
    move: (id, move, entry) => client.write('moveReplay', { id, ...move, entry }),
    async advance(lease, { deliveries, ...step }) {
      const parts = replayedParts({ deliveries }, { lease, now: step.now });
      const done = await client.write('advanceReplay', { lease, ...step, parts, count: deliveries.length });
      if (done === null) return null;
      const own = deliveries.filter(({ partition = lease.partition }) => partition === lease.partition);
      return { ids: done.planned === null ? [] : deliveryIds(done.planned, own.length), ended: done.ended };
    },
    isPassing: () => client.write('isPassingReplayed', null),
    outcome: (id, onHold = { destinationIds: [], now: 0 }) => client.read('replayOutcome', { id, onHold }),
    isMoving: (id, onHold) => client.read('replayIsMoving', { id, onHold }),
    partitions: (id, query) => client.read('replayPartitions', { id, ...query }),
    waiting: (id, except) => client.write('replayWaiting', { id, except }),
    cancelRest(lease, id, now, ids) {
      const except = rowsOfIds(ids);
      return countsInSteps((limit) => client.write('cancelReplayed', { lease, id, now, except, limit }));
    },
  };
}
