import { type Clock, setTimer } from '../../async/clock.ts';
import { sendBatch } from './batches/send-batch.ts';
import { type Action, type DispatchState, decide } from './decide.ts';
import type { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import type { ProbeSlot } from './holds/probe-slot.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { NodeLimits } from './node-limits.ts';
import type { Queues } from './queues.ts';
import type { Refill } from './refill.ts';
import { type Sending, sendOne } from './send.ts';

type Options = {
  clock: Clock;
  queues: Queues;
  limits: NodeLimits;
  memory: MemoryBudget;
  refill: Refill;
  sending: Sending;
  state: DispatchState;
  /** Whether no other node can own the partition now. Left out: there is no other node. */
  mayAct?: (() => boolean) | undefined;
  failed(error: unknown, doing: string): void;
};

/** Deliveries that wait for less time stay in memory: reading them again costs more. */
const spilledFromMs = 1_000;

/**
 * The loop of a dispatcher: when something changes for a queue (`resume`), decide.ts returns the next action of its connection,
 * and `#perform` executes it, until there is nothing more to do.
 */
export class Pump {
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #queues: Queues;
  readonly #limits: NodeLimits;
  readonly #memory: MemoryBudget;
  readonly #refill: Refill;
  #isStopping = false;

  constructor(options: Options) {
    const { clock, queues, limits, memory, refill } = options;
    this.#options = options;
    this.#clock = clock;
    this.#queues = queues;
    this.#limits = limits;
    this.#memory = memory;
    this.#refill = refill;
  }

  /** Does nothing more. */
  stop(): void {
    this.#isStopping = true;
  }

  lookAgain(queue: DestinationQueue) {
    this.#memory.spill(queue);
    this.resumeAfterOthers(queue);
  }

  /** Memory may be free: the queues that wait for it come first. Reading shows how much of it each takes. */
  resumeAfterOthers(queue: DestinationQueue) {
    const { waitingForMemory, readings } = this.#limits;
    for (const [next, resume] of waitingForMemory) {
      if (this.#memory.isFull || readings.isBusy) break;
      waitingForMemory.delete(next);
      resume(next);
    }
    this.resume(queue);
  }

  /** With these it waits in the shared limits. */
  readonly resumeAgain = (queue: DestinationQueue): void => this.resume(queue);
  readonly pumpAgain = (connection: ConnectionQueue): void => this.#pump(connection);

  resume(queue: DestinationQueue) {
    this.makeReady(queue);
    this.#pump(queue.connection);
  }

  makeReady(queue: DestinationQueue) {
    if (queue.isReady) return;
    if (queue.hasWaiting) queue.ready();
    // A deleted destination keeps its queue only as long as it has deliveries, or a replay has a queue to it.
    else if (queue.plan === null && queue.replay === null && queue.isAllInMemory && this.#queues.isIdle(queue))
      if (this.#queues.replaysTo(queue.destinationId).length === 0) this.#queues.close(queue);
  }

  #pump(connection: ConnectionQueue) {
    if (this.#isStopping || this.#options.mayAct?.() === false || !connection.beginPumping()) return;
    try {
      this.#queues.refreshPlans();
      this.#queues.findOrigin(connection);
      const now = this.#clock.now();
      for (;;) {
        const action = decide(connection, now, this.#options.state);
        if (action === null || !this.#perform(connection, action)) break;
      }
      connection.succeeded();
    } catch (error) {
      this.#options.failed(error, 'send the deliveries of a connection');
      this.#pumpLater(connection);
    } finally {
      connection.endPumping();
    }
  }

  /** After an error, all queues of the connection are considered again in 1 s, doubling to 30 s. */
  #pumpLater(connection: ConnectionQueue) {
    setTimer(connection.rateTimer, this.#clock.now() + connection.failed(), this.#clock, () => {
      for (const queue of [...connection.all()]) this.makeReady(queue);
      this.#pump(connection);
    });
  }

  /** Returns whether there may be more to do for the connection at once. */
  #perform(connection: ConnectionQueue, action: Action): boolean {
    switch (action.kind) {
      case 'send': {
        const { queue, delivery, probe } = action;
        queue.unready();
        this.#memory.take(delivery);
        void sendOne(this.#options.sending, delivery, probe);
        if (queue.waiting.length > 0 || queue.suspects.length > 0) this.makeReady(queue);
        return true;
      }
      case 'send_batch': {
        const { queue, batch } = action;
        queue.unready();
        this.#memory.takeBatch(queue, batch.members);
        void sendBatch(this.#options.sending, queue, batch);
        if (queue.waiting.length > 0 || queue.suspects.length > 0) this.makeReady(queue);
        return true;
      }
      case 'refill': {
        const { queue, probe } = action;
        if (probe === null) void this.#refill.load(queue, false);
        else {
          probe.read(queue);
          void this.#refill.load(queue, true).then(() => this.probeAgain(queue, probe));
        }
        return true;
      }
      case 'spill': {
        const { queue, until, of } = action;
        queue.unready();
        this.#memory.spill(queue);
        if (until === null) return true;
        if (of === 'destination') this.#refill.refillAt(queue, until);
        else setTimer(connection.probeTimer, until, this.#clock, () => this.probeAgain(queue, connection.probe));
        return true;
      }
      case 'wait_for_memory':
        action.queue.unready();
        this.#limits.waitingForMemory.set(action.queue, this.resumeAgain);
        return true;
      case 'park': {
        const { queue, until } = action;
        queue.unready();
        if (until === null) return true;
        setTimer(queue.rateTimer, until, this.#clock, () => this.resume(queue));
        this.#spillIfHeavy([queue], until);
        return true;
      }
      case 'wait': {
        const { until } = action.block;
        if (until === null) this.#limits.requests.waiting.set(connection, this.pumpAgain);
        else {
          setTimer(connection.rateTimer, until, this.#clock, () => this.#pump(connection));
          this.#spillIfHeavy(connection.all(), until);
        }
        return false;
      }
      case 'wait_for_settlements':
        this.#limits.stalled.set(connection, this.pumpAgain);
        return false;
    }
  }

  /** Deliveries that a rate or a pause delays do not keep the memory that others need. */
  #spillIfHeavy(queues: Iterable<DestinationQueue>, until: number) {
    if (!this.#memory.isHeavy || until - this.#clock.now() < spilledFromMs) return;
    for (const queue of queues) if (queue.waiting.length > 0) this.#memory.spill(queue);
  }

  /** A response has arrived. Connections that wait for one come before the one whose request ended. */
  requestEnded({ connection }: DestinationQueue) {
    const { requests } = this.#limits;
    // The connection itself continues after it has applied the outcome.
    if (requests.waiting.size > 0) requests.continueWaiting(connection);
  }

  recorded(queue: DestinationQueue, isDone: boolean) {
    if (isDone) queue.attemptSucceeded();
    else this.#refill.refillAfterError(queue);
    // A live delivery may have waited for the concurrency that a replayed one used.
    if (queue.replay !== null) this.makeReady(queue.replay.live);
    this.resumeAfterOthers(queue);
    const { stalled, unrecorded } = this.#limits;
    if (stalled.size > 0 && !unrecorded.isBehind) {
      const waiting = [...stalled];
      stalled.clear();
      for (const [connection, pump] of waiting) pump(connection);
    }
  }

  /** More may be sent at the rate of a connection, a destination or a replay. */
  rateWritten(scopeId: string) {
    const connection = this.#queues.connection(scopeId);
    if (connection !== undefined) return this.#pump(connection);
    const live = this.#queues.get(scopeId, null);
    const waiting = live === undefined ? this.#queues.ofReplay(scopeId) : [live, ...this.#queues.replaysTo(scopeId)];
    for (const queue of waiting) this.resume(queue);
  }

  /** The trial of a suspect is over, of whatever dispatcher: the next one may be sent. */
  readonly trialEnded = (): void => {
    for (const queue of this.#queues) if (queue.suspects.length > 0) this.resume(queue);
  };

  /**
   * The next probe of a hold is due, or the last one ended without ending it. The queues that share the hold are considered
   * in turn until one of them has the probe.
   */
  probeAgain(queue: DestinationQueue, slot: ProbeSlot) {
    const { connection, destinationId } = queue;
    const sharing =
      slot === connection.probe
        ? connection.all()
        : [this.#queues.get(destinationId, null), ...this.#queues.replaysTo(destinationId)];
    const waiting: DestinationQueue[] = [];
    for (const one of sharing) if (one?.hasWaiting) waiting.push(one);
    for (const one of inTurn(waiting)) {
      if (slot.isTaken(one)) return;
      this.resume(one);
    }
  }
}

/** The queues of a hold send its probes in turn: first those whose last probe is the longest ago. */
export function inTurn(queues: DestinationQueue[]): DestinationQueue[] {
  return queues.sort((one, other) => one.probedAt - other.probedAt);
}
