import { type BatchChoice, batchBlock } from './batches/batch-assembly.ts';
import {
  batchRecordsOf,
  type ConnectionQueue,
  type DestinationQueue,
  type QueuedDelivery,
} from './destination-queue.ts';
import type { ProbeSlot } from './holds/probe-slot.ts';
import {
  type Block,
  concurrencyBlock,
  connectionRateBlock,
  connectionRequestsBlock,
  connectionRoom,
  connectionWriteBlock,
  destinationRateBlock,
  destinationShare,
  destinationWriteBlock,
  evenPaceMs,
  holdBlock,
  type LimitState,
  periodsOf,
  type Room,
  tokenBlock,
} from './limits.ts';
import type { QueueFill } from './memory-budget.ts';
import { hasLive, isStarved, paceAt, replayPart } from './replay-share.ts';

/** The next action of the dispatcher for a connection. */
export type Action =
  /** Send one delivery in a request. `probe`: as the probe of a hold. */
  | { kind: 'send'; queue: DestinationQueue; delivery: QueuedDelivery; probe: ProbeSlot | null }
  | { kind: 'send_batch'; queue: DestinationQueue; batch: Extract<BatchChoice, { kind: 'batch' }>['batch'] }
  /** Read more of this queue from the journal; for a probe, one delivery is enough. */
  | { kind: 'refill'; queue: DestinationQueue; probe: ProbeSlot | null }
  /**
   * Drop held deliveries from memory: the journal has them. `until`: when to read them again for a probe, of this queue
   * or of any queue of the connection (`of`).
   */
  | { kind: 'spill'; queue: DestinationQueue; until: number | null; of: 'connection' | 'destination' }
  /** Consider this queue again when memory is free. */
  | { kind: 'wait_for_memory'; queue: DestinationQueue }
  /** Consider this queue again at `until`; null: after another change of it. */
  | { kind: 'park'; queue: DestinationQueue; until: number | null }
  /** Consider the connection again at `until`; null: when a request of any connection has ended. */
  | { kind: 'wait'; block: Block }
  /** Consider the connection again when the waiting outcomes are recorded. */
  | { kind: 'wait_for_settlements' };

/** The state that decisions read, besides the queues of the connection. */
export type DispatchState = LimitState & {
  /** Too many outcomes are waiting to be recorded. */
  readonly isBehind: boolean;
  /** So much is in flight or in memory that each destination has at most one request. */
  readonly isCrowded: boolean;
  /** So much is in memory that only what can be sent at once is read. */
  readonly isHeavy: boolean;
  /** A suspect is in flight (see in-flight.ts). */
  readonly isTrial: boolean;
  isRefillDue(queue: DestinationQueue): boolean;
  /** The request of these deliveries must wait until memory is free. */
  mustWait(some: QueuedDelivery | readonly QueuedDelivery[]): boolean;
  /** The queue must wait until memory is free before it is read. */
  mustWaitToRead(queue: DestinationQueue): boolean;
  fillOf(queue: DestinationQueue): QueueFill;
  nextBatch(queue: DestinationQueue, now: number, fill: QueueFill): BatchChoice;
};

/**
 * The next action for a connection at `now`; null: none until something changes. Pure: dispatcher.ts performs the
 * action, which changes the queues, and asks again.
 *
 * The order of the limits: unrecorded outcomes, requests, token and rate of the connection, then per destination its
 * rate, its hold, its deliveries in memory, and its concurrency. Live deliveries come before replayed ones, except for
 * a starved replay.
 */
export function decide(connection: ConnectionQueue, now: number, state: DispatchState): Action | null {
  const { ready, replays } = connection;
  if (ready.length === 0 && (replays === null || replays.ready.length === 0)) return null;
  if (state.isBehind) return { kind: 'wait_for_settlements' };
  const room = connectionRoom(connection, state.requests);
  if (replays !== null && isStarved(replays, now)) {
    const first = decideTurn(connection, replays.ready, 'starved', room, now, state);
    if (first !== null && first.kind !== 'wait') return first;
  }
  const live = decideTurn(connection, ready, 'live', room, now, state);
  if (replays === null || replays.ready.length === 0 || hasLive(connection)) return live;
  return decideTurn(connection, replays.ready, 'replayed', room, now, state);
}

/** Whose turn it is: live deliveries, those of replays in what live ones leave, or the first of a starved replay. */
type Turn = 'live' | 'replayed' | 'starved';

function decideTurn(
  connection: ConnectionQueue,
  ready: readonly DestinationQueue[],
  turn: Turn,
  room: Room,
  now: number,
  state: DispatchState,
): Action | null {
  const full = connectionRequestsBlock(connection, requestsIn(room, turn), room, state.requests);
  // At its own limit, a connection continues after a response of its own.
  if (full !== null) return full.of === 'connection' ? null : { kind: 'wait', block: full };
  const block = connectionBlock(connection, room, turn, now, state);
  if (block !== null) return { kind: 'wait', block };
  for (const queue of ready) {
    const action = decideQueue(queue, shareOf(queue, room, turn, now), now, state);
    if (action !== null) return action;
  }
  return null;
}

/** The requests in flight on a connection up to which one is sent. */
function requestsIn({ limit }: Room, turn: Turn): number {
  return turn === 'replayed' ? replayPart(limit) : limit;
}

/** The requests in flight to a destination up to which one is sent. */
function shareOf(queue: DestinationQueue, room: Room, turn: Turn, now: number): number {
  const share = destinationShare(queue, room);
  return turn === 'replayed' ? Math.min(share, replayPart(queue.concurrency.limit(now))) : share;
}

/** The token, the rate of the connection, and for a replay its even pace over the period of a rate. */
function connectionBlock(
  connection: ConnectionQueue,
  { plan }: Room,
  turn: Turn,
  now: number,
  state: LimitState,
): Block | null {
  const block = tokenBlock(plan, state) ?? connectionRateBlock(connection, plan?.connectionRate ?? null, now);
  const pace = block ?? (turn === 'live' ? null : paceBlock(connection, now));
  return pace ?? connectionWriteBlock(connection, plan?.connectionRate ?? null, now);
}

function paceBlock({ replays }: ConnectionQueue, now: number): Block | null {
  const until = replays === null ? 0 : paceAt(replays, now);
  return until > now ? { limit: 'rate', of: 'replay', until, isAsked: false } : null;
}

/** null: the queue stays ready, and is next again when a request of its connection ends. */
function decideQueue(queue: DestinationQueue, share: number, now: number, state: DispatchState): Action | null {
  const rate = destinationRateBlock(queue, now, state);
  if (rate?.until === Number.POSITIVE_INFINITY) return { kind: 'spill', queue, until: null, of: 'destination' };
  if (rate !== null) return { kind: 'park', queue, until: rate.until };
  const hold = holdBlock(queue, now, state);
  if (hold !== null && 'limit' in hold) return { kind: 'spill', queue, until: hold.until, of: hold.of };
  const probe = hold?.probe ?? null;
  const isRefillDue = (probe === null || queue.waiting.length === 0) && state.isRefillDue(queue);
  if (isRefillDue && !state.isHeavy) return { kind: 'refill', queue, probe };
  const suspect = state.isTrial ? undefined : queue.suspects[0];
  const next = suspect ?? queue.waiting[0];
  if (next === undefined && !isRefillDue) return { kind: 'park', queue, until: null };
  const full = concurrencyBlock(queue, Number.POSITIVE_INFINITY, now);
  if (full !== null)
    // A response of its own makes it ready again; for a replay, a response to a live delivery may do so too.
    return queue.replay === null || full.until !== null ? { kind: 'park', queue, until: full.until } : null;
  if (concurrencyBlock(queue, share, now) !== null || (queue.requests > 0 && state.isCrowded)) return null;
  if (next === undefined)
    return state.mustWaitToRead(queue) ? { kind: 'wait_for_memory', queue } : { kind: 'refill', queue, probe };
  const isUnbatched = probe !== null || next === suspect || batchRecordsOf(queue) === 1;
  const unwritten = destinationWriteBlock(queue, now, state);
  if (unwritten !== null) return { kind: 'park', queue, until: unwritten.until };
  const choice = isUnbatched ? null : state.nextBatch(queue, now, state.fillOf(queue));
  if (choice?.kind === 'wait') return { kind: 'park', queue, until: choice.until };
  const batch = choice?.kind === 'batch' ? choice.batch : null;
  const delivery = choice?.kind === 'one' ? choice.delivery : next;
  if (state.mustWait(batch?.members ?? delivery)) return { kind: 'wait_for_memory', queue };
  return batch === null ? { kind: 'send', queue, delivery, probe } : { kind: 'send_batch', queue, batch };
}

/**
 * The limit that delays a due delivery of a queue now; null: none of these, since holds are reported per destination. It
 * asks the limits of `decide` in the same order. `until` of a rate is about when this delivery is sent: after those
 * before it in its queue, and in turn with the other queues.
 */
export function blockOf(queue: DestinationQueue, deliveryId: string, now: number, state: LimitState): Block | null {
  const { connection, plan, replay, waiting } = queue;
  const room = connectionRoom(connection, state.requests);
  const isStarvedNow = connection.replays !== null && isStarved(connection.replays, now);
  const turn = replay === null ? 'live' : isStarvedNow ? 'starved' : 'replayed';
  const full = connectionRequestsBlock(connection, requestsIn(room, turn), room, state.requests);
  if (full !== null) return full;
  const share = shareOf(queue, room, turn, now);
  const block = connectionBlock(connection, room, turn, now, state) ?? destinationRateBlock(queue, now, state);
  if (block === null) return concurrencyBlock(queue, share, now) ?? batchBlock(queue, deliveryId, now);
  if (block.limit !== 'rate') return block;
  const index = waiting.findIndex(({ delivery }) => delivery.id === deliveryId);
  const before = index < 0 ? waiting.length : index;
  const own = destinationRateBlock(queue, now, state);
  if (own?.until === Number.POSITIVE_INFINITY) return own;
  const turns = before * (replay === null ? connection.ready : (connection.replays?.ready ?? [])).length;
  const paceMs = replay === null ? 0 : before * evenPaceMs(queue, now);
  const periodsMs = Math.max(
    periodsOf(turns, room.plan?.connectionRate ?? null),
    periodsOf(before, plan?.destinationRate ?? null),
    paceMs,
  );
  return { ...block, until: Math.max(block.until, own?.until ?? now) + periodsMs };
}
