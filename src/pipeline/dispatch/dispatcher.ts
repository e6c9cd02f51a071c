import { type Clock, errorBackoffMs, idleTimer, setTimer, stopTimer } from '../../async/clock.ts';
import type { RequestLoad } from '../../contract/documents/connection.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { BatchAssembly } from './batches/batch-assembly.ts';
import { blockOf, type DispatchState } from './decide.ts';
import type { DestinationQueue } from './destination-queue.ts';
import type { Holds } from './holds/holds.ts';
import { InFlight, type QueueInFlight } from './in-flight.ts';
import { KeptRates } from './kept-rates.ts';
import type { Block } from './limits.ts';
import { type MemoryBudget, waitingIn } from './memory-budget.ts';
import type { NodeLimits } from './node-limits.ts';
import { OpenRequests } from './open-requests.ts';
import { Outcomes } from './outcomes.ts';
import type { Pauses } from './pauses/pauses.ts';
import { inTurn, Pump } from './pump.ts';
import { Queues } from './queues.ts';
import { Recording } from './recording.ts';
import { Refill } from './refill.ts';
import type { ReplayRates } from './replay-rates.ts';
import { connectionLoad, noLoad, requestLoad } from './request-load.ts';
import type { DispatchLoop, Sending } from './send.ts';
import { SettlementWriter } from './settlement-writer.ts';

/** The attempts of deliveries, and of batches, which `assembly` puts together. */
export type DispatchAttempts = Sending['attempts'] & { assembly: BatchAssembly };

export type DispatcherOptions = {
  /**
   * The deliveries of a partition in the journal, and the lease of it. `mayAct`: whether no other node can own it now; left
   * out: there is no other node.
   */
  partition: { queue: DeliveryQueue; lease: Lease; mayAct?: () => boolean };
  clock: Clock;
  configuration: Configuration;
  /** What delays deliveries, besides the limits of the queues. */
  delays: {
    holds: Holds;
    pauses: Pauses;
    replayRates: Pick<ReplayRates, 'freeAt' | 'isKept' | 'paceOf' | 'knows'>;
    authenticator: DispatchState['authenticator'];
  };
  attempts: DispatchAttempts;
  /** Shared with the other dispatchers of the process. */
  limits: NodeLimits;
  /** How long a stop waits for requests in flight. */
  stopTimeoutMs: number;
  events: Pick<DeliveryEvents, 'emit'>;
  failed(error: unknown, doing: string): void;
};

/** Where the queue of a delivery is. */
type QueueKey = { destinationId: string; replayId: string | null };

/**
 * Sends due deliveries. There is a queue for each destination (and one more for each replay to it), and the queues are
 * grouped by connection. New deliveries are passed in memory while there is room; all others are read from the journal.
 *
 * This is its door, where deliveries come in and people ask; pump.ts has the loop. Requests run in send.ts, which calls back when
 * the response is there and when the outcome is recorded.
 */
export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #clock: Clock;
  readonly #queues: Queues;
  readonly #limits: NodeLimits;
  readonly #memory: MemoryBudget;
  readonly #inFlight: InFlight;
  readonly #refill: Refill;
  readonly #recording: Recording;
  readonly #rates: KeptRates;
  readonly #pump: Pump;
  readonly #state: DispatchState;
  /** When to read the journal again for deliveries whose queue could not be opened or filled. */
  readonly #startTimer = idleTimer();
  #startFailures = 0;
  #starting: Promise<void> | null = null;
  #isStopping = false;
  #isOver = false;

  constructor(options: DispatcherOptions) {
    const { partition, clock, configuration, delays, attempts, limits, failed } = options;
    const { queue: journal, lease, mayAct } = partition;
    const { holds, pauses, replayRates, authenticator } = delays;
    const { memory, readings, unrecorded } = limits;
    this.#options = options;
    this.#clock = clock;
    this.#limits = limits;
    this.#memory = memory;
    const { trials } = limits;
    const inFlight = new InFlight({ journal, lease, clock, trials, failed });
    const settlements = new SettlementWriter({
      unrecorded,
      journal,
      lease,
      clock,
      isOver: () => this.#isOver,
      failed,
    });
    const resume = (queue: DestinationQueue) => this.#pump.resume(queue);
    const loaded = (queue: DestinationQueue) => this.#pump.resumeAfterOthers(queue);
    const refill = new Refill({ journal, lease, clock, memory, readings, inFlight, resume, loaded, failed });
    const isInFlight = (queue: DestinationQueue) => inFlight.of(queue).next().done !== true;
    const rates = new KeptRates({
      journal,
      lease,
      clock,
      isKnown(scopeId) {
        const { connection, destination } = configuration.snapshot.documents;
        return connection.has(scopeId) || destination.has(scopeId) || replayRates.knows(scopeId);
      },
      resume: (scopeId) => this.#pump.rateWritten(scopeId),
      failed,
    });
    const paceOf = mayAct === undefined ? replayRates.paceOf : undefined;
    const queues = new Queues({ configuration, pauses, rates, paceOf, clock, isInFlight, failed });
    // After the end of this dispatcher another node may send what is left, although the heartbeat of this node lasts.
    const mayWrite = mayAct && (() => !this.#isOver && mayAct());
    const requests = new OpenRequests({ all: limits.requests, inFlight, clock, replayRates, mayWrite });
    const isWell = (destinationId: string, now: number) => queues.isWell(destinationId, now);
    const outcomes = new Outcomes({ holds, pauses, configuration, clock, isWell, failed });
    const recording = new Recording({ settlements, events: options.events, clock, memory, refill, resume });
    this.#queues = queues;
    this.#inFlight = inFlight;
    this.#refill = refill;
    this.#recording = recording;
    this.#rates = rates;
    const loop: DispatchLoop = {
      clock,
      requestEnded: (queue) => this.#pump.requestEnded(queue),
      resume,
      recorded: (queue, isDone) => this.#pump.recorded(queue, isDone),
      probeAgain: (queue, slot) => this.#pump.probeAgain(queue, slot),
      isOver: () => this.#isOver,
      failed,
    };
    const sending = { attempts, requests, inFlight, memory, outcomes, recording, loop };
    this.#state = {
      requests: limits.requests,
      holds,
      replayRates,
      authenticator,
      get isBehind() {
        return unrecorded.isBehind;
      },
      get isCrowded() {
        return inFlight.isCrowded || memory.isHeavy;
      },
      get isTrial() {
        return trials.isTaken;
      },
      get isHeavy() {
        return memory.isHeavy;
      },
      isRefillDue: (queue) => memory.isRefillDue(queue),
      mustWait: (some) => memory.mustWait(some),
      mustWaitToRead: (queue) => memory.mustWaitToRead(queue),
      fillOf: (queue) => memory.fillOf(queue),
      nextBatch: (queue, now, fill) => attempts.assembly.next(queue, now, fill, (one) => this.#pump.resume(one)),
    };
    this.#pump = new Pump({ clock, queues, limits, memory, refill, sending, state: this.#state, mayAct, failed });
    trials.ended.add(this.#pump.trialEnded);
    memory.join(queues);
  }

  get lease(): Lease {
    return this.#options.partition.lease;
  }

  /** Reads the unfinished deliveries in the journal. A queue that can't be opened is tried again later. */
  async start(): Promise<void> {
    let isWhole = true;
    const { queue: journal, lease } = this.#options.partition;
    for (const { destinationId, connectionId, replayId, nextDueAt } of await journal.nextDue(lease.partition))
      try {
        // A replay with held deliveries has its queue, so that it is woken with its destination when these are released.
        const queue = this.#queues.open(destinationId, connectionId, replayId);
        if (nextDueAt !== null) this.#refill.refillAt(queue, nextDueAt);
      } catch (error) {
        this.#options.failed(error, 'open the queue of a destination');
        isWhole = false;
      }
    if (isWhole) this.#startFailures = 0;
    else this.#startLater();
  }

  /** After an error, the journal is read again in 1 s, doubling to 30 s. */
  #startLater() {
    if (this.#isStopping || this.#startTimer.cancel !== null) return;
    setTimer(this.#startTimer, this.#clock.now() + errorBackoffMs(this.#startFailures++), this.#clock, () => {
      this.#starting = this.start().catch((error) => {
        this.#options.failed(error, 'read deliveries');
        this.#startLater();
      });
    });
  }

  /**
   * New deliveries that are already in the journal. Those that do not fit in memory are read back later, and so are those
   * for which an error occurs.
   */
  enqueue(deliveries: readonly DueDelivery[]): void {
    const now = this.#clock.now();
    const touched = new Set<DestinationQueue>();
    for (const delivery of deliveries)
      try {
        const queue = this.#queues.open(delivery.destinationId, delivery.connectionId, null);
        this.#enqueueOne(queue, delivery, now);
        touched.add(queue);
      } catch (error) {
        this.#enqueueFailed(error);
      }
    for (const queue of touched) this.#guard(() => this.#pump.resume(queue));
  }

  /** New deliveries that are in the journal alone. */
  readMore(deliveries: readonly Pick<DueDelivery, 'destinationId' | 'connectionId'>[]): void {
    const touched = new Set<DestinationQueue>();
    for (const { destinationId, connectionId } of deliveries)
      this.#guard(() => {
        const queue = this.#queues.open(destinationId, connectionId, null);
        this.#memory.narrow(queue, this.#clock.now());
        queue.stored.more();
        touched.add(queue);
      });
    for (const queue of touched) this.#guard(() => this.#pump.resume(queue));
  }

  #guard(work: () => void) {
    try {
      work();
    } catch (error) {
      this.#enqueueFailed(error);
    }
  }

  #enqueueFailed(error: unknown) {
    this.#options.failed(error, 'queue deliveries');
    this.#startLater();
  }

  #enqueueOne(queue: DestinationQueue, delivery: DueDelivery, now: number) {
    if (queue.stored.mayHaveRead(delivery)) return queue.stored.more();
    const delayMs = (delivery.dueAt ?? now) - now;
    if (delayMs > 0) {
      if (!this.#recording.delayInMemory(queue, delivery, delayMs)) this.#refill.refillAt(queue, now + delayMs);
      return;
    }
    // Only the journal knows whether a delivery with an ordering key is the next one.
    this.#memory.narrow(queue, now);
    const isForLater = delivery.orderKey !== undefined || !this.#memory.hasRoom(queue);
    if (queue.stored.hasMore || isForLater) queue.stored.more();
    else this.#memory.add(queue, delivery);
  }

  /**
   * Reads the journal again for these destinations, after a change of a hold or a person's retry. `replayId`: the
   * replay of the changed delivery.
   */
  wake(destinationIds: readonly string[], replayId: string | null = null): void {
    const woken: DestinationQueue[] = [];
    for (const id of destinationIds)
      this.#guard(() => {
        if (replayId !== null) this.#queues.open(id, '', replayId);
        woken.push(this.#queues.open(id, '', null), ...this.#queues.replaysTo(id));
      });
    for (const queue of inTurn(woken)) this.#guard(() => this.#pump.lookAgain(queue));
  }

  /** A replay has more deliveries for these destinations; without them, its state or its rate changed. */
  wakeReplay(replayId: string, destinationIds?: readonly string[]): void {
    if (destinationIds === undefined)
      for (const queue of this.#queues.ofReplay(replayId)) this.#guard(() => this.#pump.lookAgain(queue));
    for (const id of destinationIds ?? [])
      this.#guard(() => {
        const queue = this.#queues.open(id, '', replayId);
        queue.stored.more();
        this.#pump.resume(queue);
      });
  }

  /** Drops the queues of a replay that has no unfinished deliveries left. */
  forgetReplay(replayId: string): void {
    for (const queue of this.#queues.ofReplay(replayId)) {
      if (!this.#queues.isIdle(queue)) continue;
      this.#queues.close(queue);
      if (queue.replay !== null) this.#pump.makeReady(queue.replay.live);
    }
  }

  /**
   * A person wants to send now: ends the pauses and quotas that the system asked for, those of destinations and that of a
   * whole connection. The next response that asks for one begins it again. Durable when it resolves.
   */
  endPauses(connectionId: string | null, destinationIds: readonly string[]): Promise<void> {
    const connection = connectionId === null ? undefined : this.#queues.connection(connectionId);
    const saved = this.#options.delays.pauses.end(
      connectionId === null ? destinationIds : [connectionId, ...destinationIds],
    );
    connection?.budget.forgetPeer();
    for (const id of destinationIds) this.#queues.get(id, null)?.budget.forgetPeer();
    if (connection !== undefined) for (const queue of inTurn([...connection.all()])) this.#pump.resume(queue);
    else this.wake(destinationIds);
    return saved;
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

  inFlightByQueue(): QueueInFlight[] {
    return this.#inFlight.byQueue();
  }

  /** The waiting deliveries of a destination; null: some of them are only in the journal. */
  waitingFor(destinationId: string): DueDelivery[] | null {
    const live = this.#queues.get(destinationId, null);
    const all = live === undefined ? [] : [live, ...this.#queues.replaysTo(destinationId)];
    return all.length > 0 && all.every((queue) => queue.isAllInMemory) ? all.flatMap(waitingIn) : null;
  }

  /** The limit that delays a due delivery now, apart from holds; null: none. */
  blockOf({ id, destinationId, replayId }: QueueKey & { id: string }): Block | null {
    const queue = this.#queues.get(destinationId, replayId);
    return queue === undefined ? null : blockOf(queue, id, this.#clock.now(), this.#state);
  }

  /** The requests to a destination, or to a whole connection, now. */
  loadOf(of: { destinationId: string } | { connectionId: string }): RequestLoad {
    const now = this.#clock.now();
    if ('destinationId' in of) {
      const queue = this.#queues.get(of.destinationId, null);
      return queue === undefined ? noLoad : requestLoad(queue, now, this.#state);
    }
    const connection = this.#queues.connection(of.connectionId);
    return connection === undefined ? noLoad : connectionLoad(connection, now, this.#state);
  }

  /** Requests in flight, of all dispatchers. */
  get requests(): number {
    return this.#limits.requests.count;
  }

  /**
   * Deliveries in flight, and open queues; and of all dispatchers, deliveries that wait in memory, with the estimated memory of both.
   */
  depth(): { inMemory: number; inFlight: number; heldBytes: number; queues: number } {
    const { waiting, bytes } = this.#memory;
    return { inMemory: waiting, inFlight: this.#inFlight.size, heldBytes: bytes, queues: this.#queues.size };
  }

  /** Sends nothing more, and waits for requests in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await Promise.all([
      this.#inFlight.drain(this.#options.stopTimeoutMs),
      this.#refill[Symbol.asyncDispose](),
      this.#starting,
    ]);
    await this.#rates.end();
    this.#end();
  }

  /** Sends nothing more, and drops the outcomes of requests in flight: another node has the partition. */
  drop(): void {
    this.#stop();
    this.#refill.drop();
    this.#rates.drop();
    this.#end();
  }

  /** Frees what it has of the shared limits. Requests that are in flight count until they end. */
  #end() {
    this.#isOver = true;
    for (const queue of this.#queues) {
      this.#memory.spill(queue);
      queue.close();
    }
    this.#limits.trials.ended.delete(this.#pump.trialEnded);
    this.#limits.leave(this.#queues, { connection: this.#pump.pumpAgain, queue: this.#pump.resumeAgain });
  }

  #stop() {
    this.#isStopping = true;
    this.#pump.stop();
    stopTimer(this.#startTimer);
    for (const queue of this.#queues) {
      const { rateTimer, probeTimer } = queue.connection;
      for (const timer of [queue.stored.timer, queue.rateTimer, rateTimer, probeTimer]) stopTimer(timer);
      for (const { cancelDelay } of queue.delayed) cancelDelay?.();
    }
  }
}
