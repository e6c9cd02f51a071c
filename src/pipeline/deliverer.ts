import type { DeliveryQueue, DueDelivery, Lease } from '../journal/journal.ts';
import { type Clock, pause } from './clock.ts';
import { type ConclusionOptions, createConclusion } from './conclusion.ts';
import {
  createLane,
  createQueue,
  type DestinationQueue,
  fairShare,
  isSuspect,
  type Lane,
  type Waking,
} from './delivery-queue.ts';
import { createQueueMemory } from './queue-memory.ts';
import { createQueueReader } from './queue-reader.ts';
import { createRecorder } from './recorder.ts';
import { createSpending, type Rates } from './spending.ts';
import type { Step } from './step.ts';
import { createWire } from './wire.ts';

export type Deliverer = AsyncDisposable & {
  /** Takes over what is unfinished in the journal. */
  start(): Promise<void>;
  /** New deliveries, already in the journal. What doesn't fit in memory is read back later. */
  hand(deliveries: readonly DueDelivery[]): void;
  /** Something about these destinations changed (a gate, a delivery by a person): look at what the journal holds now. */
  wake(destinationIds: readonly string[]): void;
  isSending(deliveryId: string): boolean;
  /** The deliveries of a destination that are on the wire, and those whose answer is not recorded yet. */
  sendingTo(destinationId: string): string[];
  /** When a delivery that is due leaves about, while it waits for a budget; null: it does not. */
  leavesAt(delivery: { id: string; destinationId: string }): number | null;
  depth(): { inMemory: number; inFlight: number };
};

export type DelivererOptions = ConclusionOptions &
  Rates & {
    queue: DeliveryQueue;
    lease: Lease;
    clock: Clock;
    attempt(delivery: DueDelivery): Promise<Step>;
    /** How many requests a person allows a connection at once. */
    concurrencyOf(connectionId: string): number | null;
    stopTimeoutMs: number;
  };

const retryMs = 1_000;

/**
 * Sends what is due: a queue for each destination, a lane for each connection. Deliveries come from the matcher through
 * memory or, when memory is full or the process is new, from the journal; both ways meet in `known`.
 *
 * A queue's life: `ready` (has something in memory, waits for a slot) → its head is sent → the slot is free again as soon
 * as the answer is there, the id is known until it is settled. A closed gate spills the queue; opening it reads it back.
 */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { queue: journal, clock, gates } = options;
  const lanes = new Map<string, Lane>();
  const queues = new Map<string, DestinationQueue>();
  /** Lanes that found something in their way which is not their own. */
  const stalled = new Set<Lane>();
  const memory = createQueueMemory();
  const spending = createSpending(options);
  const wire = createWire({ ...options, journal });
  const recorder = createRecorder({ ...options, journal });
  const { isDue, load, wakeLater } = createQueueReader({ ...options, journal, memory, resume });
  const conclusion = createConclusion({ ...options, recorder, resume, wakeLater });
  let isStopping = false;

  function queueFor(destinationId: string, connectionId: string): DestinationQueue {
    const known = queues.get(destinationId);
    if (known !== undefined) return known;
    const laneId = options.connectionOf(destinationId) ?? connectionId;
    const lane = lanes.get(laneId) ?? createLane(laneId);
    lanes.set(laneId, lane);
    const queue = createQueue(destinationId, lane);
    queues.set(destinationId, queue);
    memory.opened();
    return queue;
  }

  function makeReady(queue: DestinationQueue) {
    if (queue.isReady || (queue.items.length === 0 && !queue.hasMore)) return;
    queue.isReady = true;
    queue.lane.ready.push(queue);
  }

  function resume(queue: DestinationQueue) {
    makeReady(queue);
    pump(queue.lane);
  }

  /** Starts what may start in a lane, one delivery of each ready queue after the other. */
  function pump(lane: Lane) {
    if (isStopping) return;
    if (recorder.isBehind) {
      stalled.add(lane);
      return;
    }
    const now = clock.now();
    const limit = options.concurrencyOf(lane.connectionId);
    for (let idle = 0, share = fairShare(lane, limit); idle < lane.ready.length && share > 0; ) {
      const freeAt = spending.freeAt(lane, now);
      if (freeAt > now) return goOnLater(lane, freeAt, () => pump(lane));
      const queue = lane.ready.shift();
      if (queue === undefined) return;
      queue.isReady = false;
      const ownFreeAt = spending.ownFreeAt(queue, now);
      if (ownFreeAt > now) {
        goOnLater(queue, ownFreeAt, () => resume(queue));
        continue;
      }
      const closed = gates.closed(queue.destinationId);
      const isProbe = closed !== null && closed.probeAt !== null && closed.probeAt <= now && !lane.isProbing;
      if (closed !== null && !isProbe) {
        memory.spill(queue);
        if (closed.probeAt !== null && !lane.isProbing) wakeLater(queue, closed.probeAt);
        continue;
      }
      if (isDue(queue)) void load(queue, isProbe);
      const delivery = mayStart(queue, share) ? memory.start(queue) : undefined;
      if (delivery !== undefined) {
        void send(queue, delivery, isProbe);
        if (share === Number.POSITIVE_INFINITY) share = fairShare(lane, limit);
      }
      // At its own limit, its next answer makes it ready again.
      if (queue.items.length > 0 && queue.inFlight < queue.concurrency.limit) makeReady(queue);
      if (delivery !== undefined) idle = 0;
      else if (queue.isReady) idle += 1;
    }
  }

  /** Looks again when a budget has room; what holds it up then may be something else. */
  function goOnLater(waiting: { pause: Waking | null }, at: number, call: () => void) {
    if (waiting.pause !== null && waiting.pause.at <= at) return;
    waiting.pause?.cancel();
    const cancel = clock.after(at - clock.now(), () => {
      waiting.pause = null;
      call();
    });
    waiting.pause = { at, cancel };
  }

  function mayStart(queue: DestinationQueue, share: number): boolean {
    const [head] = queue.items;
    if (head === undefined || queue.inFlight >= Math.min(queue.concurrency.limit, share)) return false;
    if (queue.inFlight > 0 && (wire.isCrowded || memory.isHeavy)) return false;
    const wait = wire.mustWait(queue, head);
    if (wait === 'for any') stalled.add(queue.lane);
    return wait === null;
  }

  /** Looks again at the lanes that something held up which is out of the way now. */
  function goOn() {
    const waiting = [...stalled];
    stalled.clear();
    for (const lane of waiting) pump(lane);
  }

  async function send(queue: DestinationQueue, delivery: DueDelivery, isProbe: boolean) {
    const { lane } = queue;
    const startedAt = clock.now();
    queue.inFlight += 1;
    lane.inFlight += 1;
    lane.isProbing ||= isProbe;
    wire.enter(queue, delivery);
    spending.spend(queue, startedAt);
    let step: Step | null = null;
    try {
      // A process died during it before: this time the mark is on disk before anything happens.
      if (isSuspect(delivery)) await wire.mark();
      else wire.markSoon();
      step = await options.attempt(delivery);
    } catch (error) {
      options.failed(error, 'attempt a delivery');
      // It keeps its place meanwhile, so that what fails at once is not tried again at once.
      await pause(clock, retryMs);
    }
    queue.inFlight -= 1;
    lane.inFlight -= 1;
    spending.settle(queue, step?.settlement.log ?? [], clock.now());
    if (isProbe) lane.isProbing = false;
    if (step === null) queue.hasMore = true;
    else {
      const moved = conclusion.learn(queue, step, { startedAt, isProbe });
      if (moved !== null) await moved;
      resume(queue);
      await conclusion.record(queue, delivery, step, isProbe);
    }
    wire.leave(queue, delivery);
    memory.release(queue, delivery);
    resume(queue);
    if (stalled.size > 0 && !recorder.isBehind) goOn();
  }

  return {
    async start() {
      for (const waiting of await journal.backlog()) {
        const queue = queueFor(waiting.destinationId, waiting.connectionId);
        wakeLater(queue, waiting.nextDueAt);
      }
    },
    hand(deliveries) {
      const touched = new Set<DestinationQueue>();
      for (const delivery of deliveries) {
        const queue = queueFor(delivery.destinationId, delivery.connectionId);
        // Whether it is the turn of one with an order key is known to the journal.
        const isForLater = delivery.orderKey !== undefined || queue.items.length >= memory.share || memory.isHeavy;
        if (queue.hasMore || isForLater) queue.hasMore = true;
        else memory.take(queue, delivery);
        touched.add(queue);
      }
      for (const queue of touched) resume(queue);
    },
    wake(destinationIds) {
      for (const id of destinationIds) {
        const queue = queueFor(id, '');
        memory.spill(queue);
        resume(queue);
      }
    },
    isSending: wire.has,
    sendingTo: (destinationId) => [...(queues.get(destinationId)?.known.keys() ?? [])].filter(wire.has),
    leavesAt({ id, destinationId }) {
      const queue = queues.get(destinationId);
      return queue === undefined ? null : spending.leavesAt(queue, id, clock.now());
    },
    depth: () => ({ inMemory: memory.waiting, inFlight: wire.size }),
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const queue of queues.values()) {
        queue.cancelWake?.();
        queue.pause?.cancel();
        queue.lane.pause?.cancel();
      }
      await wire.drain(options.stopTimeoutMs);
    },
  };
}
