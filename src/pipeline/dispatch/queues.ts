import type { Clock } from '../../async/clock.ts';
import { type DueDelivery, suspectDeaths } from '../../journal/journal.ts';
import { adaptiveConcurrency, type Concurrency } from '../limits/adaptive-concurrency.ts';
import { type Breaker, createBreaker } from '../limits/circuit-breaker.ts';
import { createRateLimiter, type RateLimiter } from '../limits/rate-limiter.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import type { BatchKey } from './batch-key.ts';

/**
 * A delivery in memory, one object from the time it is read or planned until its outcome is recorded:
 *
 *   waiting ──sent──► inFlight ──recorded──► gone
 *      ▲                 │
 *      ├── refused batch ┤
 *      └── delayed ◄─────┘ a retry that is due within two minutes
 *
 * A waiting or delayed delivery may be dropped from memory at any time: the journal has it, and it is read again.
 */
export type QueuedDelivery = {
  delivery: DueDelivery;
  readonly queue: DestinationQueue;
  /** About how much memory it takes. */
  bytes: number;
  /** Its place among all that are in flight; -1: it is not. */
  slot: number;
  /** When its present request began, ms since the epoch. */
  startedAt: number;
  /** Its request tries whether the cause of a hold is gone. */
  isProbe: boolean;
  /** `spills` of its queue when its request began: what the queue dropped since is not to be kept in memory. */
  spills: number;
  /** The part of a refused batch with which it is sent again; 0: none. */
  part: number;
  /** Ends the wait of a delayed one. */
  cancelDelay: (() => void) | null;
  /** Which others may share its request; null: not looked up yet. */
  batchKey: BatchKey | null;
};

/**
 * The deliveries of one destination: those of one replay, or those of none. A bounded part is in memory, the rest in the
 * journal (`hasMore`). It is `ready` while its connection should look at it; something it waits for makes it ready again:
 * a response, a timer, the journal, a hold that moved, a change of configuration.
 */
export type DestinationQueue = {
  readonly destinationId: string;
  readonly connection: ConnectionQueue;
  /** The replay that made its deliveries, and the destination's queue without replay, whose limits it shares. */
  readonly replay: { readonly id: string; readonly live: DestinationQueue } | null;
  /** The present configuration; null: the destination was deleted. */
  plan: DestinationPlan | null;
  readonly concurrency: Concurrency;
  /** Its own rate, and the pause that the destination asked for (503 with Retry-After). */
  readonly budget: RateLimiter;
  /** Due now; the first is sent next. */
  waiting: QueuedDelivery[];
  /** Due now, but in flight at two crashes in a row: sent one at a time, see in-flight.ts. */
  readonly suspects: QueuedDelivery[];
  readonly delayed: Set<QueuedDelivery>;
  /** The delivery in memory that each ordering key belongs to now. */
  readonly orderKeys: Map<number, QueuedDelivery>;
  /** Requests on the wire; those of its replays count for the queue without replay too. */
  requests: number;
  /** How often it dropped what it had in memory. */
  spills: number;
  /** The journal may have deliveries that are due and not in memory. */
  hasMore: boolean;
  /** Where the next reading of the journal goes on; null: from the start. */
  cursor: { dueAt: number; id: string } | null;
  reading: Reading | null;
  /** Readings that failed in a row. */
  refillFailures: number;
  /** Attempts in a row that rejected, which none should. */
  attemptFailures: number;
  /** When to read the journal again, for what is due later. */
  readonly refillTimer: Timer;
  /** When to go on, while a rate allows nothing. */
  readonly rateTimer: Timer;
  isReady: boolean;
};

/** What happens while the journal is read, since its answer may be from before. */
export type Reading = { readonly settled: Set<string>; isStale: boolean };

/** At most one pending call; `at` is Infinity without one. */
export type Timer = { at: number; cancel: (() => void) | null };

/**
 * The destinations of one connection, which share its rate, its circuit breaker and its credentials. `queues` and `ready`
 * are those of no replay; replays have theirs in `replays`.
 */
export type ConnectionQueue = {
  readonly connectionId: string;
  readonly queues: Set<DestinationQueue>;
  /** Queues to look at, the next one first: destinations take turns. */
  readonly ready: DestinationQueue[];
  /** null: no replay has anything for this connection. */
  replays: ReplayShare | null;
  readonly breaker: Breaker;
  /** What all destinations share: the rate, the count that the peer told of, the pause that it asked for (429). */
  readonly budget: RateLimiter;
  /** The origin that its requests went to last; null: none was sent yet. */
  origin: OriginSlots | null;
  /** Requests on the wire. */
  requests: number;
  /** A request that tries whether the cause of a hold is gone is on the wire. */
  isProbing: boolean;
  readonly rateTimer: Timer;
  /** Deliveries are being started; a second call has nothing to do. */
  isPumping: boolean;
};

/** Requests on the wire to one origin, and the connections that wait for one of them to end. */
export type OriginSlots = { requests: number; readonly waiting: Set<ConnectionQueue> };

/** What replays have waiting on a connection; replay-share.ts says how they share its limits with live deliveries. */
export type ReplayShare = {
  readonly queues: Set<DestinationQueue>;
  readonly ready: DestinationQueue[];
  /** When a replayed delivery was last sent. */
  lastAt: number;
  /** Live requests since. */
  liveSince: number;
  /** When the next one may be sent, by the even pace. */
  nextAt: number;
};

export const idleTimer = (): Timer => ({ at: Number.POSITIVE_INFINITY, cancel: null });

/** Calls at `at`, or at an earlier time that is set already. */
export function setTimer(timer: Timer, at: number, clock: Clock, call: () => void): void {
  if (at >= timer.at) return;
  timer.cancel?.();
  timer.at = at;
  timer.cancel = clock.after(at - clock.now(), () => {
    timer.at = Number.POSITIVE_INFINITY;
    timer.cancel = null;
    call();
  });
}

export function stopTimer(timer: Timer): void {
  timer.cancel?.();
  timer.at = Number.POSITIVE_INFINITY;
  timer.cancel = null;
}

export function createDestinationQueue(
  destinationId: string,
  connection: ConnectionQueue,
  replay: DestinationQueue['replay'] = null,
): DestinationQueue {
  return {
    destinationId,
    connection,
    replay,
    plan: null,
    concurrency: replay?.live.concurrency ?? adaptiveConcurrency(),
    budget: replay?.live.budget ?? createRateLimiter(),
    waiting: [],
    suspects: [],
    delayed: new Set(),
    orderKeys: new Map(),
    requests: 0,
    spills: 0,
    hasMore: false,
    cursor: null,
    reading: null,
    refillFailures: 0,
    attemptFailures: 0,
    refillTimer: idleTimer(),
    rateTimer: idleTimer(),
    isReady: false,
  };
}

/** How many deliveries may share a request to its destination now; 1: it takes no batches. */
export const batchRecordsOf = ({ plan }: DestinationQueue): number => plan?.batchRecords ?? 1;

/** Whether the journal has nothing of a queue that is not in memory too. */
export function isAllInMemory({ hasMore, reading, cursor, refillTimer }: DestinationQueue): boolean {
  return !hasMore && reading === null && cursor === null && refillTimer.cancel === null;
}

/** It was in flight at two crashes in a row, so that it may be what makes the process crash. */
export const isSuspect = ({ deaths }: DueDelivery): boolean => deaths >= suspectDeaths;

export function createConnectionQueue(connectionId: string): ConnectionQueue {
  return {
    connectionId,
    queues: new Set(),
    ready: [],
    replays: null,
    breaker: createBreaker(),
    budget: createRateLimiter(),
    origin: null,
    requests: 0,
    isProbing: false,
    rateTimer: idleTimer(),
    isPumping: false,
  };
}

/** Every queue of a connection, those of replays included. */
export function* queuesOf({ queues, replays }: ConnectionQueue): Iterable<DestinationQueue> {
  yield* queues;
  if (replays !== null) yield* replays.queues;
}
