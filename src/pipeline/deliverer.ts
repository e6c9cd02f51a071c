import type { Quota } from '../connections/quota.ts';
import type { Attempt } from '../contract/delivery.ts';
import type { DeliveryQueue, DueDelivery, Lease, Settlement } from '../journal/journal.ts';
import type { BreakerSettings, Sign } from './breaker.ts';
import type { Rate } from './budget.ts';
import { type Clock, pause } from './clock.ts';
import {
  createLane,
  createQueue,
  type DestinationQueue,
  fairShare,
  isLastChance,
  isSuspect,
  type Lane,
  type Waking,
} from './delivery-queue.ts';
import type { Gates } from './gates.ts';
import { createQueueMemory } from './queue-memory.ts';
import { createQueueReader } from './queue-reader.ts';
import { createRecorder } from './recorder.ts';

/** What one attempt came to: how to record it, and what it means for others. */
export type Step = {
  settlement: Settlement;
  /** What the peer told of its own count of requests. */
  quota: Quota | null;
  /** Quiet asked for by the peer. */
  wait: { scope: 'connection' | 'destination'; until: number } | null;
  /** For the concurrency: `overloaded` shrinks it. */
  health: 'good' | 'overloaded' | 'neutral';
  /** The connection's credentials were refused, or proved good. */
  auth: { kind: 'rejected'; detail: string } | { kind: 'accepted' } | null;
  /** For the breaker of the connection; null: it tells nothing about the peer. */
  sign: Sign | null;
  /** The destination is gone for good (410): pause it. */
  pauses: boolean;
};

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

export type DelivererOptions = {
  queue: DeliveryQueue;
  lease: Lease;
  clock: Clock;
  gates: Gates;
  attempt(delivery: DueDelivery): Promise<Step>;
  /** null: the destination is gone. */
  connectionOf(destinationId: string): string | null;
  /** How many requests a person allows a connection at once. */
  concurrencyOf(connectionId: string): number | null;
  /** The requests that a person allows in a time; null: any. */
  rateOf(connectionId: string): Rate | null;
  ownRateOf(destinationId: string): Rate | null;
  /** null: the connection is gone. */
  breakerOf(connectionId: string): BreakerSettings | null;
  pause(destinationId: string): Promise<void>;
  /** Makes due what a destination has stored as held. */
  release(destinationId: string): Promise<unknown>;
  /** `wasHeld`: it was sent through a closed gate, to try whether the cause is gone. */
  settled(delivery: DueDelivery, step: Step, wasHeld: boolean): void;
  failed(error: unknown, doing: string): void;
  stopTimeoutMs: number;
};

/** Requests on the wire from which on each destination has one. */
const crowdMost = 2_000;
const markDelayMs = 20;
const retryMs = 1_000;

/**
 * Sends what is due: a queue for each destination, a lane for each connection. Deliveries come from the matcher through
 * memory or, when memory is full or the process is new, from the journal; both ways meet in `known`.
 *
 * A queue's life: `ready` (has something in memory, waits for a slot) → its head is sent → the slot is free again as soon
 * as the answer is there, the id is known until it is settled. A closed gate spills the queue; opening it reads it back.
 */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { queue: journal, lease, clock, gates } = options;
  const lanes = new Map<string, Lane>();
  const queues = new Map<string, DestinationQueue>();
  const sending = new Map<string, DestinationQueue>();
  /** Lanes that found something in their way which is not their own. */
  const stalled = new Set<Lane>();
  const memory = createQueueMemory();
  const recorder = createRecorder({ ...options, journal });
  const { isDue, load, wakeLater } = createQueueReader({ ...options, journal, memory, resume });
  let hasLastChance = false;
  let isStopping = false;
  let isMarkDue = false;
  let drained: (() => void) | null = null;

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
    const rate = options.rateOf(lane.connectionId);
    for (let idle = 0, share = fairShare(lane, limit); idle < lane.ready.length && share > 0; ) {
      const freeAt = lane.budget.freeAt(now, rate);
      if (freeAt > now) return goOnLater(lane, freeAt, () => pump(lane));
      const queue = lane.ready.shift();
      if (queue === undefined) return;
      queue.isReady = false;
      const ownFreeAt = queue.budget.freeAt(now, options.ownRateOf(queue.destinationId));
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

  function spend(queue: DestinationQueue, now: number) {
    queue.lane.budget.spend(now, options.rateOf(queue.lane.connectionId));
    queue.budget.spend(now, options.ownRateOf(queue.destinationId));
  }

  /** One request was paid for: nothing may have left, or a second one after a token was refreshed. */
  function settleBudget(queue: DestinationQueue, log: readonly Attempt[], now: number) {
    const sent = log.filter(({ response, error }) => response !== null || error?.kind !== 'auth').length;
    for (let more = 1; more < sent; more++) spend(queue, now);
    if (sent > 0) return;
    queue.lane.budget.refund(options.rateOf(queue.lane.connectionId));
    queue.budget.refund(options.ownRateOf(queue.destinationId));
  }

  /** What was on the wire when the process died goes one by one, so that the next death blames one and not all. */
  function mayStart(queue: DestinationQueue, share: number): boolean {
    const [head] = queue.items;
    if (head === undefined || queue.inFlight >= Math.min(queue.concurrency.limit, share)) return false;
    if (queue.inFlight > 0 && (sending.size >= crowdMost || memory.isHeavy)) return false;
    if (hasLastChance && isLastChance(head)) {
      stalled.add(queue.lane);
      return false;
    }
    return !(queue.hasSuspect && isSuspect(head));
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
    queue.hasSuspect ||= isSuspect(delivery);
    hasLastChance ||= isLastChance(delivery);
    sending.set(delivery.id, queue);
    spend(queue, startedAt);
    let step: Step | null = null;
    try {
      // A process died during it before: this time the mark is on disk before anything happens.
      if (isSuspect(delivery)) await journal.mark(lease, [...sending.keys()]);
      else markSoon();
      step = await options.attempt(delivery);
    } catch (error) {
      options.failed(error, 'attempt a delivery');
      // It keeps its place meanwhile, so that what fails at once is not tried again at once.
      await pause(clock, retryMs);
    }
    queue.inFlight -= 1;
    lane.inFlight -= 1;
    settleBudget(queue, step?.settlement.log ?? [], clock.now());
    if (isProbe) lane.isProbing = false;
    if (step === null) queue.hasMore = true;
    else await conclude(queue, delivery, { step, startedAt, isProbe });
    sending.delete(delivery.id);
    memory.release(queue, delivery);
    if (isSuspect(delivery)) queue.hasSuspect = false;
    if (isLastChance(delivery)) hasLastChance = false;
    if (drained !== null && sending.size === 0) drained();
    resume(queue);
    if (stalled.size > 0 && !recorder.isBehind) goOn();
  }

  async function conclude(
    queue: DestinationQueue,
    delivery: DueDelivery,
    { step, startedAt, isProbe }: { step: Step; startedAt: number; isProbe: boolean },
  ) {
    const { lane } = queue;
    const now = clock.now();
    if (step.health === 'good') queue.concurrency.succeeded();
    if (step.health === 'overloaded') queue.concurrency.failed(startedAt, now);
    if (step.quota !== null) lane.budget.learn(step.quota, lane.inFlight, now);
    if (step.wait !== null) (step.wait.scope === 'connection' ? lane : queue).budget.quiet(step.wait.until);
    await moveGate(lane, step, isProbe, now).catch((error) => options.failed(error, 'move a gate'));
    if (step.pauses) await options.pause(queue.destinationId).catch((error) => options.failed(error, 'pause'));
    resume(queue);
    const isMine = await recorder.record(step.settlement);
    queue.reading?.settled.add(delivery.id);
    if (!isMine) return;
    if (step.settlement.dueAt !== null) wakeLater(queue, step.settlement.dueAt);
    // What was held when its destination was deleted is cancelled; this one is late.
    if (step.settlement.status === 'held' && options.connectionOf(queue.destinationId) === null)
      await options.release(queue.destinationId).then(
        () => wakeLater(queue, clock.now()),
        (error) => options.failed(error, 'release deliveries'),
      );
    options.settled(delivery, step, isProbe);
  }

  async function moveGate(lane: Lane, { auth, sign, settlement }: Step, isProbe: boolean, now: number) {
    const { connectionId, queues: all } = lane;
    if (auth?.kind === 'rejected') return gates.refuse(connectionId, auth.detail, now);
    if (auth?.kind === 'accepted') await gates.admit(connectionId, 'auth_rejected');
    const settings = options.breakerOf(connectionId);
    if (sign !== null && settings !== null) {
      const why = lane.breaker.record(sign, now, settings);
      if (sign === 'good' && (await gates.admit(connectionId, 'breaker_open'))) lane.breaker.reset();
      if (why !== null) return gates.trip(connectionId, why, now, settings.openMs);
    }
    if (!isProbe) return;
    // A probe that changed nothing: if it was sent the next one waits, else another delivery may probe at once.
    if (settlement.log.length > 0) return gates.postpone(connectionId, now, settings?.openMs);
    for (const one of all) {
      one.hasMore = true;
      resume(one);
    }
  }

  function markSoon() {
    if (isMarkDue) return;
    isMarkDue = true;
    clock.after(markDelayMs, () => {
      isMarkDue = false;
      if (!isStopping)
        journal.mark(lease, [...sending.keys()]).catch((error) => options.failed(error, 'mark deliveries'));
    });
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
        if (queue.hasMore || queue.items.length >= memory.share || memory.isHeavy) queue.hasMore = true;
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
    isSending: (id) => sending.has(id),
    sendingTo: (destinationId) => [...(queues.get(destinationId)?.known.keys() ?? [])].filter((id) => sending.has(id)),
    leavesAt({ id, destinationId }) {
      const queue = queues.get(destinationId);
      if (queue === undefined) return null;
      const { lane } = queue;
      const now = clock.now();
      const rate = options.rateOf(lane.connectionId);
      const ownRate = options.ownRateOf(destinationId);
      const at = Math.max(lane.budget.freeAt(now, rate), queue.budget.freeAt(now, ownRate));
      if (at <= now) return null;
      const place = queue.items.findIndex((one) => one.id === id);
      const before = place < 0 ? queue.items.length : place;
      // Queues of a connection take turns.
      return Math.max(at + roundsOf(before * lane.ready.length, rate), at + roundsOf(before, ownRate));
    },
    depth: () => ({ inMemory: memory.waiting, inFlight: sending.size }),
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const queue of queues.values()) {
        queue.cancelWake?.();
        queue.pause?.cancel();
        queue.lane.pause?.cancel();
      }
      if (sending.size > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        drained = resolve;
        const cancel = clock.after(options.stopTimeoutMs, resolve);
        await promise;
        cancel();
      }
      await journal.mark(lease, []).catch((error) => options.failed(error, 'mark deliveries'));
    },
  };
}

/** How long so many requests before it take. */
function roundsOf(before: number, rate: Rate | null): number {
  return rate === null || rate.limit === null ? 0 : Math.floor(before / rate.limit) * rate.perMs;
}
