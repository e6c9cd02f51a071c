import { type Clock, errorBackoffMs, setTimer, stopTimer } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';
import type { BatchAssembly } from './batch-assembly.ts';
import { type Action, blockOf, decide, type World } from './decide.ts';
import { InFlight } from './in-flight.ts';
import { type Block, consumeRates, evenPaceMs, originBlock } from './limits.ts';
import { MemoryBudget, waitingIn } from './memory-budget.ts';
import type { Pauses } from './pauses.ts';
import {
  type ConnectionQueue,
  connectionPlan,
  createConnectionQueue,
  createDestinationQueue,
  type DestinationQueue,
  isAllInMemory,
  type OriginSlots,
  queuesOf,
} from './queues.ts';
import { Refill } from './refill.ts';
import type { ReplayRates } from './replay-rates.ts';
import { countSent, createReplayShare } from './replay-share.ts';
import { delayInMemory, type SendParts, sendOne } from './send.ts';
import { sendBatch } from './send-batch.ts';
import { SettlementWriter } from './settlement-writer.ts';

export type DispatcherOptions = Pick<
  SendParts,
  'attempt' | 'attemptBatch' | 'pause' | 'release' | 'settled' | 'failed'
> & {
  configuration: Pick<Configuration, 'snapshot'>;
  queue: DeliveryQueue;
  lease: Lease;
  clock: Clock;
  holds: SendParts['holds'] & World['holds'];
  pauses: Pauses;
  authenticator: World['authenticator'];
  batches: BatchAssembly;
  replays: Pick<ReplayRates, 'freeAt' | 'spend' | 'refund'>;
  /** How long a stop waits for requests in flight. */
  stopTimeoutMs: number;
};

/** The queue of a delivery. */
type QueuePlace = { destinationId: string; replayId: string | null };

/**
 * Sends due deliveries. There is a queue for each destination (and one more for each replay to it), and the queues are
 * grouped by connection. New deliveries are passed in memory while there is room; all others are read from the journal.
 *
 * The loop: when something changes for a queue (`#resume`), decide.ts returns the next action of its connection, and
 * `#perform` executes it, until there is nothing more to do. Requests run in send.ts, which calls back when the
 * response is there and when the outcome is recorded.
 */
export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #clock: Clock;
  readonly #connections = new Map<string, ConnectionQueue>();
  readonly #queues = new Map<string, DestinationQueue>();
  readonly #origins = new Map<string, OriginSlots>();
  /** Connections that wait until outcomes are recorded. */
  readonly #stalled = new Set<ConnectionQueue>();
  readonly #memory = new MemoryBudget();
  readonly #inFlight: InFlight;
  readonly #settlements: SettlementWriter;
  readonly #refill: Refill;
  readonly #sending: SendParts;
  readonly #world: World;
  #snapshot: Snapshot | null = null;
  #isStopping = false;

  constructor(options: DispatcherOptions) {
    const { queue: journal, holds, batches, clock } = options;
    this.#options = options;
    this.#clock = clock;
    const memory = this.#memory;
    const inFlight = new InFlight({ ...options, journal, trialEnded: () => this.#trialEnded() });
    const settlements = new SettlementWriter({ ...options, journal });
    const resume = (queue: DestinationQueue) => this.#resume(queue);
    const refill = new Refill({ ...options, journal, memory, inFlight, resume });
    this.#inFlight = inFlight;
    this.#settlements = settlements;
    this.#refill = refill;
    this.#sending = {
      ...options,
      holds,
      memory,
      inFlight,
      settlements,
      resume,
      refillAt: (queue, at) => refill.refillAt(queue, at),
      began: (queue, now) => this.#began(queue, now),
      ended: (queue) => this.#ended(queue),
      recorded: (queue) => this.#recorded(queue),
      probeAgain: (connection) => this.#probeAgain(connection),
    };
    this.#world = {
      holds,
      replayRates: options.replays,
      authenticator: options.authenticator,
      get isBehind() {
        return settlements.isBehind;
      },
      get isCrowded() {
        return inFlight.isCrowded || memory.isHeavy;
      },
      get isTrial() {
        return inFlight.isTrial;
      },
      isRefillDue: (queue) => memory.isRefillDue(queue),
      fillOf: (queue) => memory.fillOf(queue),
      nextBatch: (queue, now, fill) => batches.next(queue, now, fill, () => this.#resume(queue)),
    };
  }

  /** Takes over the unfinished deliveries in the journal. */
  async start(): Promise<void> {
    for (const { destinationId, connectionId, replayId, nextDueAt } of await this.#options.queue.nextDue())
      this.#refill.refillAt(this.#queueFor(destinationId, connectionId, replayId), nextDueAt);
  }

  /** New deliveries that are already in the journal. Those that do not fit in memory are read back later. */
  enqueue(deliveries: readonly DueDelivery[]): void {
    const now = this.#clock.now();
    const touched = new Set<DestinationQueue>();
    for (const delivery of deliveries) {
      const queue = this.#queueFor(delivery.destinationId, delivery.connectionId, null);
      this.#enqueueOne(queue, delivery, now);
      touched.add(queue);
    }
    for (const queue of touched) this.#resume(queue);
  }

  #enqueueOne(queue: DestinationQueue, delivery: DueDelivery, now: number) {
    const delayMs = (delivery.dueAt ?? now) - now;
    if (delayMs > 0) {
      if (!delayInMemory(this.#sending, queue, delivery, delayMs)) this.#refill.refillAt(queue, now + delayMs);
      return;
    }
    // Only the journal knows whether a delivery with an ordering key is the next one.
    this.#memory.narrow(queue, now);
    const isForLater = delivery.orderKey !== undefined || !this.#memory.hasRoom(queue);
    if (queue.hasMore || isForLater) queue.hasMore = true;
    else this.#memory.add(queue, delivery);
  }

  /**
   * Reads the journal again for these destinations, after a change of a hold or a person's retry. `replayId`: the
   * replay of the changed delivery.
   */
  wake(destinationIds: readonly string[], replayId: string | null = null): void {
    for (const id of destinationIds) {
      if (replayId !== null) this.#queueFor(id, '', replayId);
      for (const queue of [this.#queueFor(id, '', null), ...this.#replayQueuesTo(id)]) this.#lookAgain(queue);
    }
  }

  /** A replay has more deliveries for these destinations; without them, its state or its rate changed. */
  wakeReplay(replayId: string, destinationIds?: readonly string[]): void {
    if (destinationIds === undefined) for (const queue of this.#replayQueuesOf(replayId)) this.#lookAgain(queue);
    for (const id of destinationIds ?? []) {
      const queue = this.#queueFor(id, '', replayId);
      queue.hasMore = true;
      this.#resume(queue);
    }
  }

  /** Drops the queues of a replay that has no unfinished deliveries left. */
  forgetReplay(replayId: string): void {
    for (const queue of this.#replayQueuesOf(replayId)) {
      if (!this.#isIdle(queue)) continue;
      this.#close(queue);
      if (queue.replay !== null) this.#makeReady(queue.replay.live);
    }
  }

  /**
   * A person wants to send now: ends the pauses and quotas that the system asked for, those of destinations and that of a
   * whole connection. The next response that asks for one begins it again.
   */
  endPauses(connectionId: string | null, destinationIds: readonly string[]): void {
    const connection = connectionId === null ? undefined : this.#connections.get(connectionId);
    this.#options.pauses.end(connectionId === null ? destinationIds : [connectionId, ...destinationIds]);
    connection?.budget.forgetPeer();
    for (const id of destinationIds) this.#queues.get(id)?.budget.forgetPeer();
    if (connection !== undefined) for (const queue of [...queuesOf(connection)]) this.#resume(queue);
    else this.wake(destinationIds);
  }

  isSending(deliveryId: string): boolean {
    return this.#inFlight.has(deliveryId);
  }

  /** The deliveries that are in flight: all, or those to a destination or of a replay. */
  inFlight(of: { destinationId?: string; replayId?: string } = {}): string[] {
    return this.#inFlight.ids(
      ({ queue }) =>
        (of.destinationId === undefined || queue.destinationId === of.destinationId) &&
        (of.replayId === undefined || queue.replay?.id === of.replayId),
    );
  }

  /** The waiting deliveries of a destination; null: some of them are only in the journal. */
  waitingFor(destinationId: string): DueDelivery[] | null {
    const live = this.#queues.get(destinationId);
    const all = live === undefined ? [] : [live, ...this.#replayQueuesTo(destinationId)];
    return all.length > 0 && all.every(isAllInMemory) ? all.flatMap(waitingIn) : null;
  }

  /** The limit that delays a due delivery now, apart from holds; null: none. */
  blockOf({ id, destinationId, replayId }: QueuePlace & { id: string }): Block | null {
    const queue = this.#queues.get(keyOf(destinationId, replayId));
    return queue === undefined ? null : blockOf(queue, id, this.#clock.now(), this.#world);
  }

  /** Deliveries that wait in memory, deliveries in flight, and open queues. */
  depth(): { inMemory: number; inFlight: number; queues: number } {
    return { inMemory: this.#memory.waiting, inFlight: this.#inFlight.size, queues: this.#queues.size };
  }

  /** Sends nothing more, and waits for requests in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const queue of this.#queues.values()) {
      for (const timer of [queue.refillTimer, queue.rateTimer, queue.connection.rateTimer]) stopTimer(timer);
      for (const { cancelDelay } of queue.delayed) cancelDelay?.();
    }
    await this.#inFlight.drain(this.#options.stopTimeoutMs);
  }

  #queueFor(destinationId: string, connectionId: string, replayId: string | null): DestinationQueue {
    const key = keyOf(destinationId, replayId);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue =
      replayId === null ? this.#open(destinationId, connectionId) : this.#openReplay(destinationId, replayId);
    queue.plan = this.#present().planOf(destinationId);
    this.#queues.set(key, queue);
    this.#memory.openQueue();
    return queue;
  }

  #open(destinationId: string, connectionId: string): DestinationQueue {
    const { pauses } = this.#options;
    const plan = this.#present().planOf(destinationId);
    const id = plan?.connection.id ?? connectionId;
    const connection = this.#connections.get(id) ?? createConnectionQueue(id);
    this.#connections.set(id, connection);
    const queue = createDestinationQueue(destinationId, connection);
    connection.queues.add(queue);
    connection.budget.quiet(pauses.untilOf(id, plan?.origin ?? ''));
    queue.budget.quiet(pauses.untilOf(destinationId, plan?.origin ?? ''));
    return queue;
  }

  #openReplay(destinationId: string, replayId: string): DestinationQueue {
    const live = this.#queueFor(destinationId, '', null);
    const { connection } = live;
    connection.replays ??= createReplayShare(this.#clock.now());
    const queue = createDestinationQueue(destinationId, connection, { id: replayId, live });
    connection.replays.queues.add(queue);
    return queue;
  }

  #replayQueuesOf(replayId: string): DestinationQueue[] {
    return [...this.#queues.values()].filter(({ replay }) => replay?.id === replayId);
  }

  #replayQueuesTo(destinationId: string): DestinationQueue[] {
    const replays = this.#queues.get(destinationId)?.connection.replays?.queues ?? [];
    return [...replays].filter((queue) => queue.destinationId === destinationId);
  }

  /** Whether none of its deliveries is in memory or in flight, and no reading for it is running. */
  #isIdle(queue: DestinationQueue): boolean {
    const { waiting, suspects, delayed, reading, requests } = queue;
    const isEmpty = waiting.length === 0 && suspects.length === 0 && delayed.size === 0;
    return isEmpty && reading === null && requests === 0 && this.#inFlight.of(queue).next().done === true;
  }

  /** Does nothing for a queue that is closed already: replays keep a reference to the live queue of a destination. */
  #close(queue: DestinationQueue) {
    const { connection, destinationId, replay } = queue;
    const key = keyOf(destinationId, replay?.id ?? null);
    if (this.#queues.get(key) !== queue) return;
    stopTimer(queue.refillTimer);
    stopTimer(queue.rateTimer);
    queue.hasMore = false;
    this.#queues.delete(key);
    this.#memory.closeQueue();
    connection.queues.delete(queue);
    connection.replays?.queues.delete(queue);
    if (connection.replays?.queues.size === 0) connection.replays = null;
    if (connection.queues.size > 0 || connection.replays !== null) return;
    stopTimer(connection.rateTimer);
    this.#connections.delete(connection.connectionId);
  }

  /** The current configuration; updates the plan of every queue. */
  #present(): Snapshot {
    const { snapshot } = this.#options.configuration;
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot;
      // Without the new plan of its destination, a queue keeps the old one for its limits; its attempts fail.
      for (const queue of this.#queues.values())
        try {
          queue.plan = snapshot.planOf(queue.destinationId);
        } catch (error) {
          this.#options.failed(error, 'apply the change of a destination');
        }
    }
    return snapshot;
  }

  #lookAgain(queue: DestinationQueue) {
    this.#memory.spill(queue);
    this.#resume(queue);
  }

  #resume(queue: DestinationQueue) {
    this.#makeReady(queue);
    this.#pump(queue.connection);
  }

  #makeReady(queue: DestinationQueue) {
    if (queue.isReady) return;
    if (queue.waiting.length === 0 && queue.suspects.length === 0 && !queue.hasMore) {
      // A deleted destination keeps its queue only as long as it has deliveries, or a replay has a queue to it.
      if (queue.plan === null && queue.replay === null && isAllInMemory(queue) && this.#isIdle(queue))
        if (this.#replayQueuesTo(queue.destinationId).length === 0) this.#close(queue);
      return;
    }
    queue.isReady = true;
    (queue.replay === null ? queue.connection : queue.connection.replays)?.ready.push(queue);
  }

  #pump(connection: ConnectionQueue) {
    if (this.#isStopping || connection.isPumping) return;
    connection.isPumping = true;
    try {
      this.#present();
      this.#findOrigin(connection);
      const now = this.#clock.now();
      for (;;) {
        const action = decide(connection, now, this.#world);
        if (action === null || !this.#perform(connection, action)) break;
      }
      connection.failures = 0;
    } catch (error) {
      this.#options.failed(error, 'send the deliveries of a connection');
      this.#pumpLater(connection);
    } finally {
      connection.isPumping = false;
    }
  }

  /** After an error, all queues of the connection are considered again in 1 s, doubling to 30 s. */
  #pumpLater(connection: ConnectionQueue) {
    const delayMs = errorBackoffMs(connection.failures++);
    setTimer(connection.rateTimer, this.#clock.now() + delayMs, this.#clock, () => {
      for (const queue of [...queuesOf(connection)]) this.#makeReady(queue);
      this.#pump(connection);
    });
  }

  /** Returns whether there may be more to do for the connection at once. */
  #perform(connection: ConnectionQueue, action: Action): boolean {
    switch (action.kind) {
      case 'send': {
        const { queue, delivery, isProbe } = action;
        unready(queue);
        this.#memory.take(delivery);
        void sendOne(this.#sending, delivery, isProbe);
        if (queue.waiting.length > 0 || queue.suspects.length > 0) this.#makeReady(queue);
        return true;
      }
      case 'send_batch': {
        const { queue, batch } = action;
        unready(queue);
        this.#memory.takeBatch(queue, batch.members);
        void sendBatch(this.#sending, queue, batch);
        if (queue.waiting.length > 0 || queue.suspects.length > 0) this.#makeReady(queue);
        return true;
      }
      case 'refill':
        void this.#refill.load(action.queue, action.isProbe);
        return true;
      case 'spill':
        unready(action.queue);
        this.#memory.spill(action.queue);
        if (action.until !== null) this.#refill.refillAt(action.queue, action.until);
        return true;
      case 'park': {
        const { queue, until } = action;
        unready(queue);
        if (until !== null) setTimer(queue.rateTimer, until, this.#clock, () => this.#resume(queue));
        return true;
      }
      case 'wait': {
        const { until } = action.block;
        if (until === null) connection.origin?.waiting.add(connection);
        else setTimer(connection.rateTimer, until, this.#clock, () => this.#pump(connection));
        return false;
      }
      case 'wait_for_settlements':
        this.#stalled.add(connection);
        return false;
    }
  }

  /** The new origin of a changed connection applies once the connection has nothing in flight. */
  #findOrigin(connection: ConnectionQueue) {
    const before = connection.origin;
    if (before !== null && connection.requests > 0) return;
    const name = connectionPlan(connection)?.origin ?? '';
    connection.origin = this.#origins.get(name) ?? this.#openOrigin(name);
    if (before === null || before === connection.origin) return;
    this.#options.pauses.end([connection.connectionId, ...[...connection.queues].map((one) => one.destinationId)]);
    for (const { budget } of [connection, ...queuesOf(connection)]) budget.forgetPeer();
  }

  #openOrigin(name: string): OriginSlots {
    const slots = { requests: 0, waiting: new Set<ConnectionQueue>() };
    this.#origins.set(name, slots);
    if (this.#origins.size <= 2 * this.#connections.size) return slots;
    // Most are of changed or deleted connections. What no connection has is not in use.
    const used = new Set([...this.#connections.values()].map(({ origin }) => origin)).add(slots);
    for (const [other, one] of this.#origins) if (!used.has(one)) this.#origins.delete(other);
    return slots;
  }

  #began(queue: DestinationQueue, now: number) {
    const { connection, replay } = queue;
    queue.requests += 1;
    queue.silentSince ??= now;
    if (replay !== null) replay.live.requests += 1;
    connection.requests += 1;
    if (connection.origin !== null) connection.origin.requests += 1;
    consumeRates(queue, now, this.#options.replays);
    if (connection.replays !== null) countSent(connection.replays, replay !== null, now, evenPaceMs(queue, now));
  }

  /** A response has arrived. Connections that wait for the origin come before the one whose request ended. */
  #ended(queue: DestinationQueue) {
    const { connection, replay } = queue;
    const { origin } = connection;
    queue.requests -= 1;
    if (replay !== null) replay.live.requests -= 1;
    connection.requests -= 1;
    if (origin === null) return;
    origin.requests -= 1;
    if (origin.waiting.size === 0) return;
    for (const next of origin.waiting) {
      if (originBlock(origin) !== null) return;
      // The connection itself continues after it has applied the outcome.
      if (next === connection) continue;
      origin.waiting.delete(next);
      this.#pump(next);
    }
  }

  #recorded(queue: DestinationQueue) {
    // A live delivery may have waited for the concurrency that a replayed one used.
    if (queue.replay !== null) this.#makeReady(queue.replay.live);
    this.#resume(queue);
    if (this.#stalled.size > 0 && !this.#settlements.isBehind) {
      const waiting = [...this.#stalled];
      this.#stalled.clear();
      for (const connection of waiting) this.#pump(connection);
    }
  }

  /** The trial of a suspect is over: the next one may be sent. */
  #trialEnded() {
    for (const queue of this.#queues.values()) if (queue.suspects.length > 0) this.#resume(queue);
  }

  #probeAgain(connection: ConnectionQueue) {
    for (const queue of [...queuesOf(connection)]) {
      queue.hasMore = true;
      this.#resume(queue);
    }
  }
}

/** The key of a queue. */
function keyOf(destinationId: string, replayId: string | null): string {
  return replayId === null ? destinationId : `${replayId} ${destinationId}`;
}

function unready(queue: DestinationQueue) {
  queue.isReady = false;
  const ready = queue.replay === null ? queue.connection.ready : queue.connection.replays?.ready;
  const at = ready?.indexOf(queue) ?? -1;
  if (at >= 0 && at + 1 === ready?.length) ready.pop();
  else if (at >= 0) ready?.splice(at, 1);
}
