import { placedId } from '../contract/ids.ts';
import type { DeliveryQueue, DueDelivery, Lease, Settlement } from '../journal/journal.ts';
import { batcher } from './batcher.ts';
import type { Clock } from './clock.ts';
import { createLane, createQueue, type DestinationQueue, type Lane, mayStart, spill } from './delivery-queue.ts';
import type { Gates } from './gates.ts';

/** What one attempt came to: how to record it, and what it means for others. */
export type Step = {
  settlement: Settlement;
  /** Quiet asked for by the peer. */
  wait: { scope: 'connection' | 'destination'; until: number } | null;
  /** For the concurrency: `overloaded` shrinks it. */
  health: 'good' | 'overloaded' | 'neutral';
  /** The connection's credentials were refused, or proved good. */
  auth: { kind: 'rejected'; detail: string } | { kind: 'accepted' } | null;
  /** The destination is gone for good (410): pause it. */
  pauses: boolean;
};

export type Deliverer = AsyncDisposable & {
  /** Takes over what is unfinished in the journal. */
  start(): Promise<void>;
  /** New deliveries, already in the journal. What doesn't fit in memory is read back later. */
  hand(deliveries: readonly DueDelivery[]): void;
  /** Something about these destinations changed (a gate, a retry by a person): look at their queues now. */
  wake(destinationIds: readonly string[]): void;
  isSending(deliveryId: string): boolean;
  depth(): { inMemory: number; inFlight: number };
};

export type DelivererOptions = {
  queue: DeliveryQueue;
  lease: Lease;
  clock: Clock;
  gates: Gates;
  attempt(delivery: DueDelivery): Promise<Step>;
  /** The connection of a destination and how many requests a person allows it at once; null: the destination is gone. */
  placeOf(destinationId: string): { connectionId: string; concurrency: number | null } | null;
  pause(destinationId: string): Promise<void>;
  settled(delivery: DueDelivery, step: Step): void;
  failed(error: unknown, doing: string): void;
  stopTimeoutMs: number;
};

const memoryMost = 20_000;
const queueMost = 500;
const queueLeast = 16;
const unsettledMost = 2_000;
const markDelayMs = 20;
const settleRetryMs = 1_000;
const timeMost = Number.MAX_SAFE_INTEGER;
const lastId = placedId('delivery', { timeMs: 2 ** 48 - 1, partition: 32_767, number: Number.MAX_SAFE_INTEGER });

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
  let inMemory = 0;
  let unsettled = 0;
  let isStopping = false;
  let isMarkDue = false;
  let drained: (() => void) | null = null;

  const settle = batcher<Settlement, boolean>({
    size: 500,
    outstanding: 4,
    run: async (settlements) => {
      for (;;) {
        try {
          const isMine = await journal.settle(lease, settlements, clock.now());
          return settlements.map(() => isMine);
        } catch (error) {
          // What was sent must be recorded before more is sent: a full disk stops the sending until there is room.
          options.failed(error, 'record attempts');
          await new Promise<void>((resolve) => clock.after(settleRetryMs, resolve));
        }
      }
    },
  });

  function queueFor(destinationId: string, connectionId: string): DestinationQueue {
    const known = queues.get(destinationId);
    if (known !== undefined) return known;
    const laneId = options.placeOf(destinationId)?.connectionId ?? connectionId;
    const lane = lanes.get(laneId) ?? createLane(laneId);
    lanes.set(laneId, lane);
    const queue = createQueue(destinationId, lane);
    queues.set(destinationId, queue);
    return queue;
  }

  /** How many deliveries of one destination may lie in memory: all queues share it. */
  function share(): number {
    return Math.max(queueLeast, Math.min(queueMost, Math.floor(memoryMost / queues.size)));
  }

  function makeReady(queue: DestinationQueue) {
    if (queue.isReady || (queue.items.length === 0 && !queue.hasMore)) return;
    queue.isReady = true;
    queue.lane.ready.push(queue);
  }

  /** Starts what may start in a lane, one delivery of each ready queue after the other. */
  function pump(lane: Lane) {
    if (isStopping || unsettled > unsettledMost) return;
    const now = clock.now();
    if (lane.waitUntil > now) {
      const [first] = lane.ready;
      if (first !== undefined) wakeLater(first, lane.waitUntil);
      return;
    }
    for (let idle = 0; idle < lane.ready.length; ) {
      const queue = lane.ready.shift();
      if (queue === undefined) return;
      queue.isReady = false;
      if (queue.waitUntil > now) {
        wakeLater(queue, queue.waitUntil);
        continue;
      }
      const closed = gates.closed(queue.destinationId);
      const isProbe = closed !== null && closed.probeAt !== null && closed.probeAt <= now && !lane.isProbing;
      if (closed !== null && !isProbe) {
        inMemory -= queue.items.length;
        spill(queue);
        if (closed.probeAt !== null && !lane.isProbing) wakeLater(queue, closed.probeAt);
        continue;
      }
      if (queue.hasMore && queue.items.length <= share() / 4) void load(queue);
      const limit = options.placeOf(queue.destinationId)?.concurrency ?? null;
      if (queue.items.length > 0 && mayStart(queue, limit)) {
        const item = queue.items.shift();
        inMemory -= 1;
        idle = 0;
        if (item !== undefined) void send(queue, item, isProbe);
      } else idle += 1;
      if (queue.items.length > 0) makeReady(queue);
    }
  }

  async function send(queue: DestinationQueue, delivery: DueDelivery, isProbe: boolean) {
    const { lane } = queue;
    const startedAt = clock.now();
    queue.inFlight += 1;
    lane.inFlight += 1;
    lane.isProbing ||= isProbe;
    const isSuspect = delivery.deaths > 0;
    queue.hasSuspect ||= isSuspect;
    unsettled += 1;
    sending.set(delivery.id, queue);
    let step: Step | null = null;
    try {
      // A process died during it before: this time the mark is on disk before anything happens.
      if (isSuspect) await journal.mark(lease, [...sending.keys()]);
      else markSoon();
      step = await options.attempt(delivery);
    } catch (error) {
      options.failed(error, 'attempt a delivery');
    }
    queue.inFlight -= 1;
    lane.inFlight -= 1;
    if (isProbe) lane.isProbing = false;
    if (step !== null) await conclude(queue, delivery, step, startedAt);
    else wakeLater(queue, clock.now() + settleRetryMs);
    unsettled -= 1;
    sending.delete(delivery.id);
    queue.known.delete(delivery.id);
    if (isSuspect) queue.hasSuspect = false;
    if (step === null) queue.hasMore = true;
    if (drained !== null && sending.size === 0) drained();
    resume(queue);
  }

  async function conclude(queue: DestinationQueue, delivery: DueDelivery, step: Step, startedAt: number) {
    const { lane } = queue;
    const now = clock.now();
    if (step.health === 'good') queue.concurrency.succeeded();
    if (step.health === 'overloaded') queue.concurrency.failed(startedAt, now);
    if (step.wait?.scope === 'connection') lane.waitUntil = Math.max(lane.waitUntil, step.wait.until);
    if (step.wait?.scope === 'destination') queue.waitUntil = Math.max(queue.waitUntil, step.wait.until);
    if (step.wait !== null) for (const one of lane.queues) wakeLater(one, Math.max(lane.waitUntil, one.waitUntil));
    try {
      if (step.auth?.kind === 'rejected') await gates.refuse(lane.connectionId, step.auth.detail, now);
      if (step.auth?.kind === 'accepted' && gates.gateOf(lane.connectionId) !== null)
        await gates.admit(lane.connectionId);
    } catch (error) {
      options.failed(error, 'move a gate');
    }
    if (step.pauses) await options.pause(queue.destinationId).catch((error) => options.failed(error, 'pause'));
    resume(queue);
    const isMine = await settle(step.settlement);
    queue.settledWhileLoading?.add(delivery.id);
    if (!isMine) return;
    if (step.settlement.dueAt !== null) wakeLater(queue, step.settlement.dueAt);
    options.settled(delivery, step);
  }

  function resume(queue: DestinationQueue) {
    makeReady(queue);
    pump(queue.lane);
  }

  /** Reads more of a queue from the journal: first on from where the last reading ended, then once more from the start. */
  async function load(queue: DestinationQueue) {
    if (queue.settledWhileLoading !== null) return;
    const settled = new Set<string>();
    queue.settledWhileLoading = settled;
    const { cursor } = queue;
    const { destinationId } = queue;
    const now = clock.now();
    const limit = Math.ceil(share() / 2) + (cursor === null ? queue.known.size : 0);
    // Whoever finds out meanwhile that there is more says so again.
    queue.hasMore = false;
    queue.cursor = null;
    try {
      const found = await journal.due({ destinationId, now, limit, ...(cursor === null ? {} : { after: cursor }) });
      const last = found.at(-1);
      if (found.length === limit && last?.dueAt != null) {
        queue.cursor = { dueAt: last.dueAt, id: last.id };
        queue.hasMore = true;
      } else if (cursor !== null) queue.hasMore = true;
      else {
        const later = { dueAt: now, id: lastId };
        const [next] = await journal.due({ destinationId, now: timeMost, limit: 1, after: later });
        if (next?.dueAt != null) wakeLater(queue, next.dueAt);
      }
      for (const delivery of found) if (!settled.has(delivery.id)) take(queue, delivery);
    } catch (error) {
      options.failed(error, 'read deliveries');
      wakeLater(queue, clock.now() + settleRetryMs);
    } finally {
      queue.settledWhileLoading = null;
    }
    resume(queue);
  }

  function take(queue: DestinationQueue, delivery: DueDelivery) {
    if (queue.known.has(delivery.id)) return;
    queue.known.add(delivery.id);
    queue.items.push(delivery);
    inMemory += 1;
  }

  function wakeLater(queue: DestinationQueue, at: number) {
    if (at >= queue.wakeAt) return;
    queue.cancelWake?.();
    queue.wakeAt = at;
    queue.cancelWake = clock.after(at - clock.now(), () => {
      queue.wakeAt = Number.POSITIVE_INFINITY;
      queue.cancelWake = null;
      queue.hasMore = true;
      resume(queue);
    });
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
        if (queue.hasMore || queue.items.length >= share()) queue.hasMore = true;
        else take(queue, delivery);
        touched.add(queue);
      }
      for (const queue of touched) resume(queue);
    },
    wake(destinationIds) {
      for (const id of destinationIds) {
        const queue = queues.get(id);
        const place = options.placeOf(id);
        if (queue === undefined && place === null) continue;
        const found = queue ?? queueFor(id, place?.connectionId ?? '');
        found.hasMore = true;
        found.cursor = null;
        resume(found);
      }
    },
    isSending: (id) => sending.has(id),
    depth: () => ({ inMemory, inFlight: sending.size }),
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const queue of queues.values()) queue.cancelWake?.();
      if (sending.size > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        drained = resolve;
        const cancel = clock.after(options.stopTimeoutMs, resolve);
        await promise;
        cancel();
      }
      await journal.mark(lease, []);
    },
  };
}
