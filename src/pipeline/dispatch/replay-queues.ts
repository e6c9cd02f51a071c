import type { Clock } from '../../async/clock.ts';
import { createQueue, type DestinationQueue, type Lane, laneMost } from './destination-queue.ts';
import type { QueueMemory } from './memory-budget.ts';
import type { Sites } from './origin-limit.ts';
import type { Spending } from './rate-use.ts';
import type { ReplayPaces } from './replay-rate.ts';
import {
  createReplayLane,
  isOverdue,
  othersWait,
  type ReplayLane,
  replayLeft,
  roomForReplays,
} from './replay-share.ts';

/** What a queue is known by. */
export function keyOf(destinationId: string, replayId: string | null): string {
  return replayId === null ? destinationId : `${replayId} ${destinationId}`;
}

/** The queues of replays among those of a deliverer: each replay has its own for each destination. */
export function createReplayQueues(options: {
  queues: Map<string, DestinationQueue>;
  memory: QueueMemory;
  clock: Clock;
  spending: Spending;
  sites: Sites;
  replays: Pick<ReplayPaces, 'spend'>;
  concurrencyOf(connectionId: string): number | null;
  startNext(queue: DestinationQueue, share: number, now: number): boolean;
  goOnLater(lane: Lane, at: number, call: () => void): void;
  pump(lane: Lane): void;
}) {
  const { queues, memory, spending, sites } = options;

  const of = (replayId: string) => [...queues.values()].filter(({ replay }) => replay?.id === replayId);

  return {
    of,
    to(destinationId: string): DestinationQueue[] {
      const replays = queues.get(destinationId)?.lane.replays?.queues ?? [];
      return [...replays].filter((queue) => queue.destinationId === destinationId);
    },
    open(key: string, id: string, live: DestinationQueue): DestinationQueue {
      const { lane, destinationId } = live;
      lane.replays ??= createReplayLane(options.clock.now());
      const queue = createQueue(destinationId, lane, { id, live });
      queues.set(key, queue);
      memory.opened();
      return queue;
    },
    /** Nothing of a replay is unfinished any more. */
    forget(replayId: string) {
      for (const queue of of(replayId)) {
        const { lane, destinationId } = queue;
        if (queue.known.size > 0 || queue.reading !== null) continue;
        queue.cancelWake?.();
        queue.pause?.cancel();
        queue.hasMore = false;
        queues.delete(keyOf(destinationId, replayId));
        lane.replays?.queues.delete(queue);
        if (lane.replays?.queues.size === 0) lane.replays = null;
        memory.closed();
      }
    },
    /** Starts what may start with what the others leave of the budget; `isFirst`: one that has waited for too long. */
    pump(lane: Lane, replays: ReplayLane, now: number, isFirst: boolean) {
      if (replays.ready.length === 0 || (isFirst ? !isOverdue(replays, now) : othersWait(lane))) return;
      const limit = options.concurrencyOf(lane.connectionId);
      const room = isFirst ? (limit ?? Number.POSITIVE_INFINITY) : roomForReplays(limit ?? laneMost);
      for (let idle = 0; idle < replays.ready.length && lane.inFlight < room; ) {
        if (!sites.hasRoom(lane)) return;
        const freeAt = Math.max(spending.freeAt(lane, now), replays.nextAt);
        if (freeAt > now) return options.goOnLater(lane, freeAt, () => options.pump(lane));
        const queue = replays.ready.shift();
        if (queue === undefined) return;
        queue.isReady = false;
        const share = isFirst ? Number.POSITIVE_INFINITY : roomForReplays(queue.concurrency.limit);
        const isStarted = options.startNext(queue, share, now);
        if (isStarted && isFirst) return;
        if (isStarted) idle = 0;
        else if (queue.isReady) idle += 1;
      }
    },
    /** A request of a queue left. */
    left({ replay, lane }: DestinationQueue, replays: ReplayLane, now: number) {
      if (replay === null) {
        replays.othersSince += 1;
        return;
      }
      replayLeft(replays, now, spending.paceMs(lane, now));
      options.replays.spend(replay.id, now);
    },
  };
}
