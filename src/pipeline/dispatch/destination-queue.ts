import { errorBackoffMs, idleTimer, stopTimer, type Timer } from '../../async/clock.ts';
import { type DueDelivery, suspectDeaths } from '../../journal/journal.ts';
import type { BatchKey } from '../attempt/batch.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import { type Breaker, createBreaker } from './circuit-breaker.ts';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';
import { ProbeSlot } from './holds/probe-slot.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { StoredPart } from './stored-part.ts';

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
  /** The number of its current request among those of its connection. */
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

/** How many more deliveries may wait in memory after a good response. */
const roomPerResponse = 4;

/** The fields of a queue, to be changed. Not exported: the methods of this file alone change them. */
type Mutable<Of> = { -readonly [Key in keyof Of]: Of[Key] };
const fieldsOf = <Of extends DestinationQueue | ConnectionQueue>(of: Of): Mutable<Of> => of;

/**
 * The deliveries of one destination: those of one replay, or those of none. A bounded part is in memory, the rest in
 * the journal (`stored`). The queue is `ready` while its connection should consider it. These make it ready again: a
 * response, a timer, the journal, a change of a hold, a change of configuration.
 */
export class DestinationQueue {
  readonly destinationId: string;
  readonly connection: ConnectionQueue;
  /** The replay of its deliveries, and the destination's live queue, whose limits it shares. */
  readonly replay: { readonly id: string; readonly live: DestinationQueue } | null;
  /** The current configuration; null: the destination was deleted. */
  readonly plan: DestinationPlan | null = null;
  readonly concurrency: ConcurrencyLimiter;
  /** Its own rate, and the pause that the destination asked for (503 with Retry-After). */
  readonly budget: RateLimiter;
  readonly breaker: Breaker;
  /** The probe of a hold of this destination alone. */
  readonly probe: ProbeSlot;
  /** `begun` of its connection when its last probe began: destinations take turns. */
  readonly probedAt: number = 0;

  /** Its deliveries that are in the journal alone. */
  readonly stored = new StoredPart();
  #waiting: QueuedDelivery[] = [];
  readonly #suspects: QueuedDelivery[] = [];
  readonly #delayed = new Set<QueuedDelivery>();
  readonly #orderKeys = new Map<number, QueuedDelivery>();

  /** Requests in flight; those of its replays count for the live queue too. */
  readonly requests: number = 0;
  /** It has waiting deliveries or requests in flight. */
  readonly isActive: boolean = false;
  /** When the first request since the last good response began; null: none did. */
  readonly silentSince: number | null = null;
  /** How many deliveries may wait in memory, besides the bounds of memory-budget.ts. */
  readonly room: number = Number.POSITIVE_INFINITY;
  /** How often it dropped its deliveries from memory. */
  readonly spills: number = 0;
  /** Consecutive attempts that rejected, which none should. */
  readonly attemptFailures: number = 0;
  /** When to continue while a rate limit allows nothing. */
  readonly rateTimer: Timer = idleTimer();
  readonly isReady: boolean = false;
  /** It takes no more deliveries into memory. */
  readonly isClosed: boolean = false;

  constructor(destinationId: string, connection: ConnectionQueue, replay: DestinationQueue['replay'] = null) {
    this.destinationId = destinationId;
    this.connection = connection;
    this.replay = replay;
    this.concurrency = replay?.live.concurrency ?? new ConcurrencyLimiter();
    this.budget = replay?.live.budget ?? createRateLimiter();
    this.breaker = replay?.live.breaker ?? createBreaker();
    this.probe = replay?.live.probe ?? new ProbeSlot();
  }

  /** Due now; the first is sent next. */
  get waiting(): readonly QueuedDelivery[] {
    return this.#waiting;
  }

  /** Due now, but in flight at two crashes in a row: sent one at a time, see in-flight.ts. */
  get suspects(): readonly QueuedDelivery[] {
    return this.#suspects;
  }

  get delayed(): ReadonlySet<QueuedDelivery> {
    return this.#delayed;
  }

  /** The first delivery in memory of each ordering key. */
  get orderKeys(): ReadonlyMap<number, QueuedDelivery> {
    return this.#orderKeys;
  }

  /** Whether deliveries are due, in memory or perhaps in the journal. */
  get hasWaiting(): boolean {
    return this.stored.hasMore || this.#waiting.length > 0 || this.#suspects.length > 0;
  }

  /** Whether all unfinished deliveries are in memory. */
  get isAllInMemory(): boolean {
    return this.stored.isEmpty;
  }

  /** Whether no delivery waits in memory, and no request or reading is running. */
  get isIdle(): boolean {
    const isEmpty = this.#waiting.length === 0 && this.#suspects.length === 0 && this.#delayed.size === 0;
    return isEmpty && this.stored.reading === null && this.requests === 0;
  }

  /** The current configuration applies from now on. */
  follow(plan: DestinationPlan | null): void {
    fieldsOf(this).plan = plan;
  }

  /** Its connection should consider it, after the other ready ones. */
  ready(): void {
    if (this.isReady) return;
    fieldsOf(this).isReady = true;
    this.#readyList?.push(this);
  }

  /** Its connection need not consider it until something changes. */
  unready(): void {
    fieldsOf(this).isReady = false;
    const ready = this.#readyList;
    const at = ready?.indexOf(this) ?? -1;
    if (at >= 0 && at + 1 === ready?.length) ready.pop();
    else if (at >= 0) ready?.splice(at, 1);
  }

  get #readyList(): DestinationQueue[] | undefined {
    return this.replay === null ? this.connection.ready : this.connection.replays?.ready;
  }

  /** A request is in flight. */
  begin(now: number): void {
    const { replay, connection } = this;
    fieldsOf(this).silentSince ??= now;
    fieldsOf(this).requests += 1;
    if (replay !== null) fieldsOf(replay.live).requests += 1;
    (replay?.live ?? this).#countActive();
    fieldsOf(connection).requests += 1;
    fieldsOf(connection).begun += 1;
  }

  /** A request is no longer in flight: its response has arrived, or its attempt ended without one. */
  end(): void {
    const { replay, connection } = this;
    fieldsOf(this).requests -= 1;
    if (replay !== null) fieldsOf(replay.live).requests -= 1;
    (replay?.live ?? this).#countActive();
    fieldsOf(connection).requests -= 1;
  }

  /** Its probe is in flight. */
  beginProbe(): void {
    fieldsOf(this).probedAt = this.connection.begun;
  }

  /** A good response widens its room. */
  widen(): void {
    fieldsOf(this).silentSince = null;
    fieldsOf(this).room += roomPerResponse;
  }

  /** Leaves it only this room until good responses widen it. */
  narrow(room: number): void {
    fieldsOf(this).room = room;
  }

  /** Adds a due delivery to the waiting ones. */
  add(one: QueuedDelivery): void {
    this.#enter(one);
    (isSuspect(one.delivery) ? this.#suspects : this.#waiting).push(one);
    this.#countActive();
  }

  /** Adds a delivery that is due later. */
  delay(one: QueuedDelivery): void {
    this.#enter(one);
    this.#delayed.add(one);
  }

  /** A delayed delivery is due now. */
  undelay(one: QueuedDelivery): void {
    if (this.#delayed.delete(one)) this.#waiting.push(one);
    this.#countActive();
  }

  #enter(one: QueuedDelivery) {
    const { orderKey } = one.delivery;
    if (orderKey !== undefined) this.#orderKeys.set(orderKey, one);
  }

  /** Takes a delivery that is sent alone. Returns the others of its ordering key, which leave. */
  take(one: QueuedDelivery): QueuedDelivery[] {
    if (this.#waiting[0] === one) this.#waiting.shift();
    else if (this.#suspects[0] === one) this.#suspects.shift();
    else {
      const at = this.#waiting.indexOf(one);
      if (at < 0) throw new Error(`Delivery ${one.delivery.id} does not wait in its queue.`);
      this.#waiting.splice(at, 1);
    }
    return this.#lead([one]);
  }

  /** Takes deliveries that share a request. Returns the others of their ordering keys, which leave. */
  takeBatch(batch: readonly QueuedDelivery[]): QueuedDelivery[] {
    const leaving = new Set(batch);
    this.#waiting = this.#waiting.filter((one) => !leaving.has(one));
    return this.#lead(batch);
  }

  /** Others of an ordering key than the one that is sent wait in the journal, which decides which one is next. */
  #lead(sent: readonly QueuedDelivery[]): QueuedDelivery[] {
    let keys: Set<number> | null = null;
    for (const one of sent) {
      const { orderKey } = one.delivery;
      if (orderKey === undefined || this.#orderKeys.get(orderKey) === one) continue;
      keys = (keys ?? new Set()).add(orderKey);
      this.#orderKeys.set(orderKey, one);
    }
    // The destination may have lost its order.
    const isLeading = keys !== null && this.plan?.order !== null;
    const leaving = isLeading ? this.#waiting.filter(({ delivery }) => keys?.has(delivery.orderKey ?? -1)) : none;
    if (leaving.length > 0) {
      const gone = new Set(leaving);
      this.#waiting = this.#waiting.filter((one) => !gone.has(one));
      this.stored.more();
    }
    this.#countActive();
    return leaving;
  }

  /** Puts sent deliveries back, before all others. */
  putBack(some: readonly QueuedDelivery[]): void {
    this.#waiting = [...some, ...this.#waiting];
    this.#countActive();
  }

  /** A delivery left memory. */
  forget(one: QueuedDelivery): void {
    const { orderKey } = one.delivery;
    if (orderKey !== undefined && this.#orderKeys.get(orderKey) === one) this.#orderKeys.delete(orderKey);
  }

  /** Drops the waiting deliveries, which the journal has: they are read again later. Returns them. */
  spill(): QueuedDelivery[] {
    const dropped = [...this.#waiting, ...this.#suspects, ...this.#delayed];
    for (const one of dropped) one.cancelDelay?.();
    this.#waiting = [];
    this.#suspects.length = 0;
    this.#delayed.clear();
    this.#countActive();
    fieldsOf(this).spills += 1;
    this.stored.startOver();
    return dropped;
  }

  attemptSucceeded(): void {
    fieldsOf(this).attemptFailures = 0;
  }

  /** Returns the time until the next try, in ms. */
  attemptFailed(): number {
    return errorBackoffMs(fieldsOf(this).attemptFailures++);
  }

  close(): void {
    this.stored.close();
    stopTimer(this.rateTimer);
    fieldsOf(this).isClosed = true;
  }

  /** Keeps the number of active destinations of the connection, after each change of deliveries or requests. */
  #countActive() {
    const isActive = this.requests > 0 || this.#waiting.length > 0;
    if (isActive === this.isActive || this.replay !== null) return;
    fieldsOf(this).isActive = isActive;
    fieldsOf(this.connection).active += isActive ? 1 : -1;
  }
}

const none: QueuedDelivery[] = [];

/**
 * The destinations of one connection, which share its rate, its address and its credentials. `queues` and
 * `ready` are the live queues; those of replays are in `replays`.
 */
export class ConnectionQueue {
  readonly connectionId: string;
  readonly queues = new Set<DestinationQueue>();
  /** Queues to consider, the next one first: destinations take turns. Changed by `ready` and `unready` of the queues. */
  readonly ready: DestinationQueue[] = [];
  /** null: no replay has deliveries for this connection. */
  readonly replays: ReplayShare | null = null;
  /** Counts the requests of all destinations that got no connection. */
  readonly breaker = createBreaker();
  /** The probe of a hold of the whole connection. */
  readonly probe = new ProbeSlot();
  /** When the next one may be sent. */
  readonly probeTimer = idleTimer();
  /** Shared by all destinations: the rate, the peer's quota, and the pause that it asked for (429). */
  readonly budget = createRateLimiter();
  /** The origin of its last request; null: none was sent yet. */
  readonly origin: string | null = null;
  /** Requests in flight. */
  readonly requests: number = 0;
  /** The destinations with waiting deliveries or requests in flight. */
  readonly active: number = 0;
  /** Requests that have begun, of all its destinations. */
  readonly begun: number = 0;
  readonly rateTimer = idleTimer();
  /** Deliveries are being started, so that a second call has nothing to do. */
  readonly isPumping: boolean = false;
  /** Consecutive errors in decisions about it. */
  readonly failures: number = 0;

  constructor(connectionId: string) {
    this.connectionId = connectionId;
  }

  /** Adds an open queue; `now`: for the first of a replay. */
  add(queue: DestinationQueue, now: number): void {
    if (queue.replay === null) {
      this.queues.add(queue);
      return;
    }
    fieldsOf(this).replays ??= createReplayShare(now);
    this.replays?.queues.add(queue);
  }

  /** Removes a closed queue. Returns whether none is left. */
  remove(queue: DestinationQueue): boolean {
    this.queues.delete(queue);
    this.replays?.queues.delete(queue);
    if (this.replays?.queues.size === 0) fieldsOf(this).replays = null;
    if (this.queues.size > 0 || this.replays !== null) return false;
    stopTimer(this.rateTimer);
    stopTimer(this.probeTimer);
    return true;
  }

  /** The plan of any destination that was not deleted: it has the connection's own settings. */
  get plan(): DestinationPlan | null {
    for (const { plan } of this.queues) if (plan !== null) return plan;
    return null;
  }

  /** Every queue, including those of replays. */
  *all(): Generator<DestinationQueue> {
    yield* this.queues;
    if (this.replays !== null) yield* this.replays.queues;
  }

  /**
   * The new origin of a changed connection applies once nothing is in flight. Returns whether it is another one than
   * before: then nothing is known about the peer.
   */
  findOrigin(): boolean {
    const before = this.origin;
    if (before !== null && this.requests > 0) return false;
    fieldsOf(this).origin = this.plan?.origin ?? '';
    return before !== null && before !== this.origin;
  }

  /** Runs `work`, unless it is running already. */
  beginPumping(): boolean {
    if (this.isPumping) return false;
    fieldsOf(this).isPumping = true;
    return true;
  }

  endPumping(): void {
    fieldsOf(this).isPumping = false;
  }

  succeeded(): void {
    fieldsOf(this).failures = 0;
  }

  /** Returns the time until the next try, in ms. */
  failed(): number {
    return errorBackoffMs(fieldsOf(this).failures++);
  }
}

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

function createReplayShare(now: number): ReplayShare {
  return { queues: new Set(), ready: [], lastAt: now, liveSince: 0, nextAt: 0 };
}

/** How many deliveries may share a request to its destination now; 1: no batches. */
export const batchRecordsOf = ({ plan }: DestinationQueue): number => plan?.batchRecords ?? 1;

/** It was in flight at two crashes in a row, so it may be the cause. */
export const isSuspect = ({ deaths }: DueDelivery): boolean => deaths >= suspectDeaths;
