import { idleTimer, type Timer } from '../../async/clock.ts';
import { type DueDelivery, suspectDeaths } from '../../journal/journal.ts';
import type { BatchKey } from '../attempt/batch.ts';
import type { DestinationPlan } from '../destination-plan.ts';
import { adaptiveConcurrency, type Breaker, type Concurrency, createBreaker } from './peer-health.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';

/**
 * A delivery in memory: one object from its reading or planning until its outcome is recorded.
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
  /** Its estimated memory. */
  bytes: number;
  /** Its index among all that are in flight; -1: not in flight. */
  slot: number;
  /** When its current request began, ms since the epoch. */
  startedAt: number;
  /** Its request is the probe of a hold. */
  isProbe: boolean;
  /**
   * `spills` of its queue when its request began: if the queue has dropped its deliveries since, this one does not stay
   * in memory.
   */
  spills: number;
  /** The part of a refused batch with which it is sent again; 0: none. */
  part: number;
  /** Cancels the timer of a delayed delivery. */
  cancelDelay: (() => void) | null;
  /** The deliveries that can share its request; null: not looked up yet. */
  batchKey: BatchKey | null;
};

/**
 * The deliveries of one destination: those of one replay, or those of none. A bounded part is in memory, the rest in
 * the journal (`hasMore`). The queue is `ready` while its connection should consider it. These make it ready again: a
 * response, a timer, the journal, a change of a hold, a change of configuration.
 */
export type DestinationQueue = {
  readonly destinationId: string;
  readonly connection: ConnectionQueue;
  /** The replay of its deliveries, and the destination's live queue, whose limits it shares. */
  readonly replay: { readonly id: string; readonly live: DestinationQueue } | null;
  /** The current configuration; null: the destination was deleted. */
  plan: DestinationPlan | null;
  readonly concurrency: Concurrency;
  /** Its own rate, and the pause that the destination asked for (503 with Retry-After). */
  readonly budget: RateLimiter;
  /** Due now; the first is sent next. */
  waiting: QueuedDelivery[];
  /** Due now, but in flight at two crashes in a row: sent one at a time, see in-flight.ts. */
  readonly suspects: QueuedDelivery[];
  readonly delayed: Set<QueuedDelivery>;
  /** The first delivery in memory of each ordering key. */
  readonly orderKeys: Map<number, QueuedDelivery>;
  /** Requests in flight; those of its replays count for the live queue too. */
  requests: number;
  /** When the first request since the last good response began; null: none did. */
  silentSince: number | null;
  /** How many deliveries may wait in memory, besides the bounds of memory-budget.ts, which moves it. */
  room: number;
  /** How often it dropped its deliveries from memory. */
  spills: number;
  /** The journal may have deliveries that are due and not in memory. */
  hasMore: boolean;
  /** Where the next reading of the journal continues; null: from the start. */
  cursor: { dueAt: number; id: string } | null;
  reading: Reading | null;
  /** Consecutive failed readings. */
  refillFailures: number;
  /** Consecutive attempts that rejected, which none should. */
  attemptFailures: number;
  /** When to read the journal again for deliveries that are due later. */
  readonly refillTimer: Timer;
  /** When to continue while a rate limit allows nothing. */
  readonly rateTimer: Timer;
  isReady: boolean;
};

/** Changes during a reading of the journal, whose result may be older. */
export type Reading = { readonly settled: Set<string>; isStale: boolean };

/**
 * The destinations of one connection, which share its rate, its circuit breaker and its credentials. `queues` and
 * `ready` are the live queues; those of replays are in `replays`.
 */
export type ConnectionQueue = {
  readonly connectionId: string;
  readonly queues: Set<DestinationQueue>;
  /** Queues to consider, the next one first: destinations take turns. */
  readonly ready: DestinationQueue[];
  /** null: no replay has deliveries for this connection. */
  replays: ReplayShare | null;
  readonly breaker: Breaker;
  /** Shared by all destinations: the rate, the peer's quota, and the pause that it asked for (429). */
  readonly budget: RateLimiter;
  /** The origin of its last request; null: none was sent yet. */
  origin: OriginSlots | null;
  /** Requests in flight. */
  requests: number;
  /** A probe of its hold is in flight. */
  isProbing: boolean;
  readonly rateTimer: Timer;
  /** Deliveries are being started, so that a second call has nothing to do. */
  isPumping: boolean;
  /** Consecutive errors in decisions about it. */
  failures: number;
};

/** The requests in flight to one origin, and the connections that wait for one of them to end. */
export type OriginSlots = { requests: number; readonly waiting: Set<ConnectionQueue> };

/** The replays of a connection; `createReplayShare` describes how they share its limits with live deliveries. */
export type ReplayShare = {
  readonly queues: Set<DestinationQueue>;
  readonly ready: DestinationQueue[];
  /** When a replayed delivery was last sent. */
  lastAt: number;
  /** Live requests since then. */
  liveSince: number;
  /** When the next one may be sent at an even rate. */
  nextAt: number;
};

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
    silentSince: null,
    room: Number.POSITIVE_INFINITY,
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

/** The plan of any destination of a connection that was not deleted: it has the connection's own settings. */
export function connectionPlan({ queues }: ConnectionQueue): DestinationPlan | null {
  for (const { plan } of queues) if (plan !== null) return plan;
  return null;
}

/** How many deliveries may share a request to its destination now; 1: no batches. */
export const batchRecordsOf = ({ plan }: DestinationQueue): number => plan?.batchRecords ?? 1;

/** Whether all unfinished deliveries of a queue are in memory. */
export function isAllInMemory({ hasMore, reading, cursor, refillTimer }: DestinationQueue): boolean {
  return !hasMore && reading === null && cursor === null && refillTimer.cancel === null;
}

/** It was in flight at two crashes in a row, so it may be the cause. */
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
    failures: 0,
  };
}

/** Every queue of a connection, including those of replays. */
export function* queuesOf({ queues, replays }: ConnectionQueue): Iterable<DestinationQueue> {
  yield* queues;
  if (replays !== null) yield* replays.queues;
}
