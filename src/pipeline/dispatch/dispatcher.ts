import type { Clock } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import type { GiveBack, GroupStep } from '../attempt/attempt-batch.ts';
import type { Step } from '../attempt/next-step.ts';
import { type ConclusionOptions, createConclusion } from './apply-outcome.ts';
import type { Gathering, Group } from './batch-assembly.ts';
import {
  type Crowd,
  createLane,
  createQueue,
  type DestinationQueue,
  fairShare,
  type Lane,
  type Waking,
} from './destination-queue.ts';
import { createWire } from './in-flight.ts';
import { createQueueMemory, isAllInMemory, waitingIn } from './memory-budget.ts';
import { createDepartures } from './next-delivery.ts';
import { createSites } from './origin-limit.ts';
import { createSpending, type Rates } from './rate-use.ts';
import { createQueueReader } from './refill.ts';
import { createReplayQueues, keyOf } from './replay-queues.ts';
import type { ReplayPaces } from './replay-rate.ts';
import { createGroupSender } from './send-batch.ts';
import { createSender } from './send-one.ts';
import { createRecorder } from './settlement-writer.ts';
import { createResting } from './short-retries.ts';

export type Deliverer = AsyncDisposable & {
  /** Takes over what is unfinished in the journal. */
  start(): Promise<void>;
  /** New deliveries, already in the journal. What doesn't fit in memory is read back later. */
  hand(deliveries: readonly DueDelivery[]): void;
  /**
   * Something about these destinations changed (a gate, a delivery by a person): look at what the journal holds now.
   * `replayId`: of a delivery of a replay.
   */
  wake(destinationIds: readonly string[], replayId?: string | null): void;
  /** A replay has more for these destinations; without them, something about all that is known of it changed. */
  wakeReplay(replayId: string, destinationIds?: readonly string[]): void;
  /** Nothing of a replay is unfinished any more. */
  forgetReplay(replayId: string): void;
  isSending(deliveryId: string): boolean;
  /** Every delivery that is on the wire, or whose answer is not recorded yet. */
  allSending(): string[];
  /** The deliveries of a destination that are on the wire, and those whose answer is not recorded yet. */
  sendingTo(destinationId: string): string[];
  /** The same for a replay. */
  sendingOf(replayId: string): string[];
  /** What waits for a destination; null: some of it lies in the journal alone. */
  waitingFor(destinationId: string): DueDelivery[] | null;
  /** When a delivery that is due leaves about, while it waits for a budget; null: it does not. */
  leavesAt(delivery: { id: string; destinationId: string; replayId: string | null }): number | null;
  /** What keeps a due delivery from leaving while nothing else does; null: nothing, it leaves now. */
  crowdOf(delivery: { destinationId: string; replayId: string | null }): Crowd | null;
  depth(): { inMemory: number; inFlight: number };
};

export type DelivererOptions = ConclusionOptions &
  Rates & {
    queue: DeliveryQueue;
    lease: Lease;
    clock: Clock;
    attempt(delivery: DueDelivery): Promise<Step>;
    attemptGroup(group: Group, giveBack: GiveBack): Promise<GroupStep>;
    gathering: Gathering;
    /** Where the requests of a connection go; null: it is gone. */
    originOf(connectionId: string): string | null;
    /** How many requests a person allows a connection at once. */
    concurrencyOf(connectionId: string): number | null;
    replays: Pick<ReplayPaces, 'freeAt' | 'spend'>;
    stopTimeoutMs: number;
  };

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
  const sites = createSites({ ...options, pump });
  const wire = createWire({ ...options, journal });
  const recorder = createRecorder({ ...options, journal });
  const { isDue, load, wakeLater } = createQueueReader({ ...options, journal, memory, resume });
  const rest = createResting({ clock, memory, resume });
  const conclusion = createConclusion({ ...options, recorder, resume, wakeLater, rest });
  const replaying = createReplayQueues({ ...options, queues, memory, spending, sites, startNext, goOnLater, pump });
  const sending = { ...options, memory, wire, spending, conclusion, count, finished, left, makeReady, resume };
  const send = createSender(sending);
  const sendGroup = createGroupSender(sending);
  const departures = createDepartures({ ...options, memory, wire, stalled, send, sendGroup, goOnLater, resume });
  let isStopping = false;

  function queueFor(destinationId: string, connectionId: string, replayId: string | null = null): DestinationQueue {
    const key = keyOf(destinationId, replayId);
    const known = queues.get(key);
    if (known !== undefined) return known;
    if (replayId !== null) return knowing(replaying.open(key, replayId, queueFor(destinationId, connectionId)));
    const laneId = options.connectionOf(destinationId) ?? connectionId;
    const lane = lanes.get(laneId) ?? createLane(laneId);
    lanes.set(laneId, lane);
    const queue = createQueue(destinationId, lane);
    queues.set(destinationId, queue);
    memory.opened();
    return knowing(queue);
  }

  /** Notes whether its destination takes batches now. */
  function knowing(queue: DestinationQueue): DestinationQueue {
    queue.records = options.gathering.recordsOf(queue.destinationId);
    return queue;
  }

  function makeReady(queue: DestinationQueue) {
    if (queue.isReady || (queue.items.length === 0 && !queue.hasMore)) return;
    queue.isReady = true;
    (queue.replay === null ? queue.lane : queue.lane.replays)?.ready.push(queue);
  }

  function resume(queue: DestinationQueue) {
    makeReady(queue);
    pump(queue.lane);
  }

  /** Starts what may start in a lane: what belongs to no replay first. */
  function pump(lane: Lane) {
    if (isStopping) return;
    if (recorder.isBehind) {
      stalled.add(lane);
      return;
    }
    const now = clock.now();
    if (lane.replays !== null) replaying.pump(lane, lane.replays, now, true);
    pumpLive(lane, now);
    if (lane.replays !== null) replaying.pump(lane, lane.replays, now, false);
  }

  /** One delivery of each ready queue after the other. */
  function pumpLive(lane: Lane, now: number) {
    const limit = options.concurrencyOf(lane.connectionId);
    for (let idle = 0, share = fairShare(lane, limit); idle < lane.ready.length && share > 0; ) {
      if (!sites.hasRoom(lane)) return;
      const freeAt = spending.freeAt(lane, now);
      if (freeAt > now) return goOnLater(lane, freeAt, () => pump(lane));
      const queue = lane.ready.shift();
      if (queue === undefined) return;
      queue.isReady = false;
      const isStarted = startNext(queue, share, now);
      if (isStarted && share === Number.POSITIVE_INFINITY) share = fairShare(lane, limit);
      if (isStarted) idle = 0;
      else if (queue.isReady) idle += 1;
    }
  }

  /** Sends the next delivery of a queue, if it may; answers whether it did. */
  function startNext(queue: DestinationQueue, share: number, now: number): boolean {
    const { lane, replay } = queue;
    const ownFreeAt = spending.ownFreeAt(queue, now);
    const freeAt = replay === null ? ownFreeAt : Math.max(ownFreeAt, options.replays.freeAt(replay.id, now));
    if (freeAt > now) {
      // What is paused waits in the journal.
      if (freeAt === Number.POSITIVE_INFINITY) memory.spill(queue);
      else goOnLater(queue, freeAt, () => resume(queue));
      return false;
    }
    const closed = gates.closed(queue.destinationId);
    const isProbe = closed !== null && closed.probeAt !== null && closed.probeAt <= now && !lane.isProbing;
    if (closed !== null && !isProbe) {
      memory.spill(queue);
      if (closed.probeAt !== null && !lane.isProbing) wakeLater(queue, closed.probeAt);
      return false;
    }
    if (isDue(queue)) void load(queue, isProbe);
    const isStarted = departures.start(queue, share, isProbe, now);
    if (isStarted === null) return false;
    // At its own limit, its next answer makes it ready again; for a replay that may be an answer to others.
    if (queue.items.length > 0 && (replay !== null || queue.inFlight < queue.concurrency.limit)) makeReady(queue);
    return isStarted;
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

  /** Looks again at the lanes that something held up which is out of the way now. */
  function goOn() {
    const waiting = [...stalled];
    stalled.clear();
    for (const lane of waiting) pump(lane);
  }

  function count(queue: DestinationQueue, change: 1 | -1) {
    queue.inFlight += change;
    if (queue.replay !== null) queue.replay.live.inFlight += change;
    if (change === 1) sites.enter(queue.lane);
    else sites.leave(queue.lane);
  }

  /** A request left. */
  function left(queue: DestinationQueue, now: number) {
    spending.spend(queue, now);
    if (queue.lane.replays !== null) replaying.left(queue, queue.lane.replays, now);
  }

  function finished(queue: DestinationQueue) {
    resume(queue);
    if (stalled.size > 0 && !recorder.isBehind) goOn();
  }

  function sendingIn(some: readonly (DestinationQueue | undefined)[]): string[] {
    return some.flatMap((queue) => [...(queue?.known.keys() ?? [])]).filter(wire.has);
  }

  function lookAgain(queue: DestinationQueue) {
    memory.spill(knowing(queue));
    resume(queue);
  }

  return {
    async start() {
      for (const waiting of await journal.backlog()) {
        const queue = queueFor(waiting.destinationId, waiting.connectionId, waiting.replayId);
        wakeLater(queue, waiting.nextDueAt);
      }
    },
    hand(deliveries) {
      const touched = new Set<DestinationQueue>();
      for (const delivery of deliveries) {
        const queue = queueFor(delivery.destinationId, delivery.connectionId);
        // Whether it is the turn of one with an order key is known to the journal.
        const isForLater =
          delivery.orderKey !== undefined || queue.items.length >= memory.roomOf(queue) || memory.isHeavy;
        if (queue.hasMore || isForLater) queue.hasMore = true;
        else memory.take(queue, delivery);
        touched.add(queue);
      }
      for (const queue of touched) resume(queue);
    },
    wake(destinationIds, replayId = null) {
      for (const id of destinationIds) {
        if (replayId !== null) queueFor(id, '', replayId);
        for (const queue of [queueFor(id, ''), ...replaying.to(id)]) lookAgain(queue);
      }
    },
    wakeReplay(replayId, destinationIds) {
      if (destinationIds === undefined) for (const queue of replaying.of(replayId)) lookAgain(queue);
      for (const id of destinationIds ?? []) {
        const queue = queueFor(id, '', replayId);
        queue.hasMore = true;
        resume(queue);
      }
    },
    forgetReplay: replaying.forget,
    isSending: wire.has,
    allSending: wire.ids,
    sendingTo: (destinationId) => sendingIn([queues.get(destinationId), ...replaying.to(destinationId)]),
    sendingOf: (replayId) => sendingIn(replaying.of(replayId)),
    waitingFor(destinationId) {
      const live = queues.get(destinationId);
      const all = live === undefined ? [] : [live, ...replaying.to(destinationId)];
      return all.length > 0 && all.every(isAllInMemory) ? all.flatMap(waitingIn) : null;
    },
    leavesAt({ id, destinationId, replayId }) {
      const queue = queues.get(keyOf(destinationId, replayId));
      return queue === undefined ? null : spending.leavesAt(queue, id, clock.now());
    },
    crowdOf({ destinationId, replayId }) {
      const queue = queues.get(keyOf(destinationId, replayId));
      return queue === undefined ? null : sites.crowdAt(queue, options.concurrencyOf(queue.lane.connectionId));
    },
    depth: () => ({ inMemory: memory.waiting, inFlight: wire.size }),
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const queue of queues.values()) {
        queue.cancelWake?.();
        for (const { cancel } of queue.resting.values()) cancel();
        queue.pause?.cancel();
        queue.lane.pause?.cancel();
      }
      await wire.drain(options.stopTimeoutMs);
    },
  };
}
