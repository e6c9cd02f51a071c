import { type Clock, idleTimer, stopTimer } from '../../async/clock.ts';
import { type DueDelivery, suspectDeaths } from '../../journal/journal.ts';
import type { BatchKey } from '../attempt/batch.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';
import { type Breaker, createBreaker } from './circuit-breaker.ts';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';
import type { Pauses } from './pauses.ts';
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
  /** Its estimated memory, without its event and its request. */
  readonly bytes: number;
  /** That of its event, which other deliveries may have, too. */
  readonly eventBytes: number;
  /** The estimated memory of its request while it is sent. */
  readonly requestBytes: number;
  /** The same of the exchange that it leads, without the bodies; 0: it leads none. */
  exchangeBytes: number;
  /** Its request counts now. */
  isCharged: boolean;
  /** Its index among all that are in flight; -1: not in flight. */
  slot: number;
  /** When its current request began, ms since the epoch. */
  startedAt: number;
  /** The place of its current request among those of its connection. */
  request: number;
  /** Its request is the probe of a hold; null: of none. */
  probe: ProbeSlot | null;
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
export class DestinationQueue {
  readonly destinationId: string;
  readonly connection: ConnectionQueue;
  /** The replay of its deliveries, and the destination's live queue, whose limits it shares. */
  readonly replay: { readonly id: string; readonly live: DestinationQueue } | null;
  /** The current configuration; null: the destination was deleted. */
  plan: DestinationPlan | null = null;
  readonly concurrency: ConcurrencyLimiter;
  /** Its own rate, and the pause that the destination asked for (503 with Retry-After). */
  readonly budget: RateLimiter;
  readonly breaker: Breaker;
  /** The probe of a hold of this destination alone. */
  readonly probe: ProbeSlot;
  /** `begun` of its connection when its last probe began: destinations take turns. */
  probedAt = 0;
  /** Due now; the first is sent next. */
  waiting: QueuedDelivery[] = [];
  /** Due now, but in flight at two crashes in a row: sent one at a time, see in-flight.ts. */
  readonly suspects: QueuedDelivery[] = [];
  readonly delayed = new Set<QueuedDelivery>();
  /** The first delivery in memory of each ordering key. */
  readonly orderKeys = new Map<number, QueuedDelivery>();
  /** Requests in flight; those of its replays count for the live queue too. */
  requests = 0;
  /** It has waiting deliveries or requests in flight: see `countActive`. */
  isActive = false;
  /** When the first request since the last good response began; null: none did. */
  silentSince: number | null = null;
  /** How many deliveries may wait in memory, besides the bounds of memory-budget.ts, which moves it. */
  room = Number.POSITIVE_INFINITY;
  /** The bytes of the delivery that was last read while memory was heavy. */
  nextBytes = 0;
  /** How often it dropped its deliveries from memory. */
  spills = 0;
  /** The journal may have deliveries that are due and not in memory. */
  hasMore = false;
  /** Where the next reading of the journal continues; null: from the start. */
  cursor: { dueAt: number; id: string } | null = null;
  reading: Reading | null = null;
  /** Consecutive failed readings. */
  refillFailures = 0;
  /** Consecutive attempts that rejected, which none should. */
  attemptFailures = 0;
  /** When to read the journal again for deliveries that are due later. */
  readonly refillTimer = idleTimer();
  /** When to continue while a rate limit allows nothing. */
  readonly rateTimer = idleTimer();
  isReady = false;

  constructor(destinationId: string, connection: ConnectionQueue, replay: DestinationQueue['replay'] = null) {
    this.destinationId = destinationId;
    this.connection = connection;
    this.replay = replay;
    this.concurrency = replay?.live.concurrency ?? new ConcurrencyLimiter();
    this.budget = replay?.live.budget ?? createRateLimiter();
    this.breaker = replay?.live.breaker ?? createBreaker();
    this.probe = replay?.live.probe ?? createProbeSlot();
  }
}

/** Changes during a reading of the journal, whose result may be older. */
export type Reading = { readonly settled: Set<string>; isStale: boolean };

/**
 * The destinations of one connection, which share its rate, its address and its credentials. `queues` and
 * `ready` are the live queues; those of replays are in `replays`.
 */
export class ConnectionQueue {
  readonly connectionId: string;
  readonly queues = new Set<DestinationQueue>();
  /** Queues to consider, the next one first: destinations take turns. */
  readonly ready: DestinationQueue[] = [];
  /** null: no replay has deliveries for this connection. */
  replays: ReplayShare | null = null;
  /** Counts the requests of all destinations that got no connection. */
  readonly breaker = createBreaker();
  /** The probe of a hold of the whole connection. */
  readonly probe = createProbeSlot();
  /** When the next one may be sent. */
  readonly probeTimer = idleTimer();
  /** Shared by all destinations: the rate, the peer's quota, and the pause that it asked for (429). */
  readonly budget = createRateLimiter();
  /** The origin of its last request; null: none was sent yet. */
  origin: string | null = null;
  /** Requests in flight. */
  requests = 0;
  /** The destinations with waiting deliveries or requests in flight. */
  active = 0;
  /** Requests that have begun, of all its destinations. */
  begun = 0;
  readonly rateTimer = idleTimer();
  /** Deliveries are being started, so that a second call has nothing to do. */
  isPumping = false;
  /** Consecutive errors in decisions about it. */
  failures = 0;

  constructor(connectionId: string) {
    this.connectionId = connectionId;
  }
}

/**
 * One probe of a hold at a time: it is in flight, or `reader` is reading its delivery from the journal. The queues that
 * share a hold share the slot.
 */
export type ProbeSlot = { isProbing: boolean; reader: DestinationQueue | null };

function createProbeSlot(): ProbeSlot {
  return { isProbing: false, reader: null };
}

/** Whether another queue than this one has the probe. */
export function isTaken({ isProbing, reader }: ProbeSlot, queue: DestinationQueue): boolean {
  return isProbing || (reader !== null && reader !== queue && reader.reading !== null);
}

/** The requests in flight of all connections, at most `most`, and the connections that wait for one of them to end. */
export type RequestSlots = { readonly most: number; count: number; readonly waiting: Set<ConnectionQueue> };

/** The replays of a connection; replay-share.ts describes how they share its limits with live deliveries. */
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

type QueuesOptions = {
  configuration: Pick<Configuration, 'snapshot'>;
  pauses: Pick<Pauses, 'untilOf' | 'forget'>;
  clock: Pick<Clock, 'now'>;
  /** Whether a delivery of the queue is in flight. */
  isInFlight(queue: DestinationQueue): boolean;
  failed(error: unknown, doing: string): void;
};

/** All open queues, with their connections. A queue is opened when it is first needed. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #all = new Map<string, DestinationQueue>();
  readonly #connections = new Map<string, ConnectionQueue>();
  #snapshot: Snapshot | null = null;

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<DestinationQueue> {
    return this.#all.values();
  }

  /** The queue of a destination, or of a replay to it, if it is open. */
  get(destinationId: string, replayId: string | null): DestinationQueue | undefined {
    return this.#all.get(keyOf(destinationId, replayId));
  }

  connection(connectionId: string): ConnectionQueue | undefined {
    return this.#connections.get(connectionId);
  }

  ofReplay(replayId: string): DestinationQueue[] {
    return [...this.#all.values()].filter(({ replay }) => replay?.id === replayId);
  }

  /** The queues of all replays to a destination. */
  replaysTo(destinationId: string): DestinationQueue[] {
    const replays = this.#all.get(destinationId)?.connection.replays?.queues ?? [];
    return [...replays].filter((queue) => queue.destinationId === destinationId);
  }

  /** The queue of a destination, or of a replay to it. `connectionId`: of a deleted destination. */
  open(destinationId: string, connectionId: string, replayId: string | null): DestinationQueue {
    const key = keyOf(destinationId, replayId);
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const queue =
      replayId === null ? this.#openLive(destinationId, connectionId) : this.#openReplay(destinationId, replayId);
    queue.plan = this.refreshPlans().planOf(destinationId);
    this.#all.set(key, queue);
    return queue;
  }

  #openLive(destinationId: string, connectionId: string): DestinationQueue {
    const { pauses } = this.#options;
    const plan = this.refreshPlans().planOf(destinationId);
    const id = plan?.connection.id ?? connectionId;
    const connection = this.#connections.get(id) ?? new ConnectionQueue(id);
    this.#connections.set(id, connection);
    const queue = new DestinationQueue(destinationId, connection);
    connection.queues.add(queue);
    connection.budget.quiet(pauses.untilOf(id, plan?.origin ?? ''));
    queue.budget.quiet(pauses.untilOf(destinationId, plan?.origin ?? ''));
    return queue;
  }

  #openReplay(destinationId: string, replayId: string): DestinationQueue {
    const live = this.open(destinationId, '', null);
    const { connection } = live;
    connection.replays ??= createReplayShare(this.#options.clock.now());
    const queue = new DestinationQueue(destinationId, connection, { id: replayId, live });
    connection.replays.queues.add(queue);
    return queue;
  }

  /** Whether none of its deliveries is in memory or in flight, and no reading for it is running. */
  isIdle(queue: DestinationQueue): boolean {
    const { waiting, suspects, delayed, reading, requests } = queue;
    const isEmpty = waiting.length === 0 && suspects.length === 0 && delayed.size === 0;
    return isEmpty && reading === null && requests === 0 && !this.#options.isInFlight(queue);
  }

  /** Does nothing for a queue that is closed already: replays keep a reference to the live queue of a destination. */
  close(queue: DestinationQueue): void {
    const { connection, destinationId, replay } = queue;
    const key = keyOf(destinationId, replay?.id ?? null);
    if (this.#all.get(key) !== queue) return;
    stopTimer(queue.refillTimer);
    stopTimer(queue.rateTimer);
    queue.hasMore = false;
    this.#all.delete(key);
    connection.queues.delete(queue);
    connection.replays?.queues.delete(queue);
    if (connection.replays?.queues.size === 0) connection.replays = null;
    if (connection.queues.size > 0 || connection.replays !== null) return;
    stopTimer(connection.rateTimer);
    stopTimer(connection.probeTimer);
    this.#connections.delete(connection.connectionId);
  }

  /** Gives every queue its plan of the current configuration, which it returns. */
  refreshPlans(): Snapshot {
    const { snapshot } = this.#options.configuration;
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot;
      // Without the new plan of its destination, a queue keeps the old one for its limits; its attempts fail.
      for (const queue of this.#all.values())
        try {
          queue.plan = snapshot.planOf(queue.destinationId);
        } catch (error) {
          this.#options.failed(error, 'apply the change of a destination');
        }
    }
    return snapshot;
  }

  /** The new origin of a changed connection applies once the connection has nothing in flight. */
  findOrigin(connection: ConnectionQueue): void {
    const before = connection.origin;
    if (before !== null && connection.requests > 0) return;
    connection.origin = connectionPlan(connection)?.origin ?? '';
    if (before === null || before === connection.origin) return;
    this.#options.pauses.forget([connection.connectionId, ...[...connection.queues].map((one) => one.destinationId)]);
    for (const { budget } of [connection, ...queuesOf(connection)]) budget.forgetPeer();
  }
}

/** The key of a queue. */
function keyOf(destinationId: string, replayId: string | null): string {
  return replayId === null ? destinationId : `${replayId} ${destinationId}`;
}

/** The plan of any destination of a connection that was not deleted: it has the connection's own settings. */
export function connectionPlan({ queues }: ConnectionQueue): DestinationPlan | null {
  for (const { plan } of queues) if (plan !== null) return plan;
  return null;
}

/** How many deliveries may share a request to its destination now; 1: no batches. */
export const batchRecordsOf = ({ plan }: DestinationQueue): number => plan?.batchRecords ?? 1;

/** Keeps the number of active destinations of a connection. Called after each change of a queue's deliveries or requests. */
export function countActive(queue: DestinationQueue): void {
  const isActive = queue.requests > 0 || queue.waiting.length > 0;
  if (isActive === queue.isActive || queue.replay !== null) return;
  queue.isActive = isActive;
  queue.connection.active += isActive ? 1 : -1;
}

/** Whether deliveries are due, in memory or perhaps in the journal. */
export function hasWaiting({ waiting, suspects, hasMore }: DestinationQueue): boolean {
  return hasMore || waiting.length > 0 || suspects.length > 0;
}

/** Whether all unfinished deliveries of a queue are in memory. */
export function isAllInMemory({ hasMore, reading, cursor, refillTimer }: DestinationQueue): boolean {
  return !hasMore && reading === null && cursor === null && refillTimer.cancel === null;
}

/** It was in flight at two crashes in a row, so it may be the cause. */
export const isSuspect = ({ deaths }: DueDelivery): boolean => deaths >= suspectDeaths;

export function createReplayShare(now: number): ReplayShare {
  return { queues: new Set(), ready: [], lastAt: now, liveSince: 0, nextAt: 0 };
}

/** Every queue of a connection, including those of replays. */
export function* queuesOf({ queues, replays }: ConnectionQueue): Iterable<DestinationQueue> {
  yield* queues;
  if (replays !== null) yield* replays.queues;
}
