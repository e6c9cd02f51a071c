import type { BatchChoice, QueueFill } from './batch-assembly.ts';
import {
  type Block,
  concurrencyBlock,
  connectionRateBlock,
  destinationRateBlock,
  fairShare,
  holdBlock,
  originBlock,
  replayRoom,
  type Surroundings,
  tokenBlock,
} from './limits.ts';
import { batchRecordsOf, type ConnectionQueue, type DestinationQueue, type QueuedDelivery } from './queues.ts';
import { hasLive, isStarved, replayPart } from './replay-share.ts';

/** What the dispatcher does next for a connection. */
export type Action =
  /** A request leaves with this delivery alone. */
  | { kind: 'send'; queue: DestinationQueue; delivery: QueuedDelivery; isProbe: boolean }
  | { kind: 'send_batch'; queue: DestinationQueue; batch: Extract<BatchChoice, { kind: 'batch' }>['batch'] }
  /** Read more of this queue from the journal; `isProbe`: one delivery is enough. */
  | { kind: 'refill'; queue: DestinationQueue; isProbe: boolean }
  /** Drop from memory what is held: the journal has it. `until`: when to read it again for a probe. */
  | { kind: 'spill'; queue: DestinationQueue; until: number | null }
  /** Look at this queue again at `until`; null: when something else happens to it. */
  | { kind: 'park'; queue: DestinationQueue; until: number | null }
  /** Look at the connection again at `until`; null: when its origin has room. */
  | { kind: 'wait'; block: Block }
  /** Look at the connection again when the outcomes that wait to be recorded are. */
  | { kind: 'wait_for_settlements' };

/** What decisions look at beside the queues of the connection. */
export type World = Surroundings & {
  /** Too many outcomes wait to be recorded. */
  readonly isBehind: boolean;
  /** So much is on the wire or in memory that each destination has one request at most. */
  readonly isCrowded: boolean;
  /** A suspect is on the wire (see in-flight.ts). */
  readonly isTrial: boolean;
  isRefillDue(queue: DestinationQueue): boolean;
  fillOf(queue: DestinationQueue): QueueFill;
  nextBatch(queue: DestinationQueue, now: number, fill: QueueFill): BatchChoice;
};

/**
 * The next thing to do for a connection at `now`; null: nothing until something happens. Changes nothing: dispatcher.ts
 * does what it says, which changes the queues, and asks again.
 *
 * Limits are asked in this order: unrecorded outcomes, origin, token and rate of the connection, then per destination its rate, its
 * hold, what it has in memory, and its concurrency. Live deliveries come before replayed ones, but for a starved replay.
 */
export function decide(connection: ConnectionQueue, now: number, world: World): Action | null {
  const { ready, replays } = connection;
  if (ready.length === 0 && (replays === null || replays.ready.length === 0)) return null;
  if (world.isBehind) return { kind: 'wait_for_settlements' };
  if (replays !== null && isStarved(replays, now)) {
    const first = decideReplayed(connection, replays.ready, now, world, true);
    if (first !== null && first.kind !== 'wait') return first;
  }
  const live = decideLive(connection, now, world);
  if (live !== null || replays === null || replays.ready.length === 0 || hasLive(connection)) return live;
  return decideReplayed(connection, replays.ready, now, world, false);
}

function decideLive(connection: ConnectionQueue, now: number, world: World): Action | null {
  const { ready } = connection;
  const plan = ready[0]?.plan ?? null;
  const share = fairShare(connection, plan?.concurrency ?? null);
  if (ready.length === 0 || share === 0) return null;
  const block = connectionBlock(connection, plan, now, world);
  if (block !== null) return { kind: 'wait', block };
  for (const queue of ready) {
    const action = decideQueue(queue, share, now, world);
    if (action !== null) return action;
  }
  return null;
}

function decideReplayed(
  connection: ConnectionQueue,
  ready: readonly DestinationQueue[],
  now: number,
  world: World,
  isStarved: boolean,
): Action | null {
  const plan = ready[0]?.plan ?? null;
  if (connection.requests >= replayRoom(plan?.concurrency ?? null, isStarved)) return null;
  const block = connectionBlock(connection, plan, now, world);
  if (block !== null) return { kind: 'wait', block };
  const nextAt = connection.replays?.nextAt ?? 0;
  if (nextAt > now) return { kind: 'wait', block: { limit: 'rate', until: nextAt } };
  for (const queue of ready) {
    const share = isStarved ? Number.POSITIVE_INFINITY : replayPart(queue.concurrency.limit);
    const action = decideQueue(queue, share, now, world);
    if (action !== null) return action;
  }
  return null;
}

function connectionBlock(
  connection: ConnectionQueue,
  plan: DestinationQueue['plan'],
  now: number,
  world: World,
): Block | null {
  const atOrigin = connection.origin === null ? null : originBlock(connection.origin);
  return atOrigin ?? tokenBlock(plan, world) ?? connectionRateBlock(connection, plan?.connectionRate ?? null, now);
}

/** null: it stays ready, and has its turn when a request of its connection ends. */
function decideQueue(queue: DestinationQueue, share: number, now: number, world: World): Action | null {
  const rate = destinationRateBlock(queue, now, world);
  if (rate?.until === Number.POSITIVE_INFINITY) return { kind: 'spill', queue, until: null };
  if (rate !== null) return { kind: 'park', queue, until: rate.until };
  const hold = holdBlock(queue, now, world);
  const isProbe = hold === 'probe';
  if (hold !== null && hold !== 'probe') return { kind: 'spill', queue, until: hold.until };
  if (world.isRefillDue(queue)) return { kind: 'refill', queue, isProbe };
  const suspect = world.isTrial ? undefined : queue.suspects[0];
  const next = suspect ?? queue.waiting[0];
  if (next === undefined) return { kind: 'park', queue, until: null };
  if (concurrencyBlock(queue, Number.POSITIVE_INFINITY) !== null)
    // A response of its own makes it ready again; for a replay that may be a response to a live delivery.
    return queue.replay === null ? { kind: 'park', queue, until: null } : null;
  if (concurrencyBlock(queue, share) !== null || (queue.requests > 0 && world.isCrowded)) return null;
  if (isProbe || next === suspect || batchRecordsOf(queue) === 1)
    return { kind: 'send', queue, delivery: next, isProbe };
  const choice = world.nextBatch(queue, now, world.fillOf(queue));
  if (choice.kind === 'wait') return { kind: 'park', queue, until: choice.until };
  if (choice.kind === 'batch') return { kind: 'send_batch', queue, batch: choice.batch };
  return { kind: 'send', queue, delivery: choice.delivery, isProbe: false };
}
