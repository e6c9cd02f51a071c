import type { DestinationQueue, Lane } from './destination-queue.ts';

/**
 * What replays have waiting on a connection. They share its budget and get what is left of it:
 *   * While a delivery of no replay could leave, or waits for the budget, replayed ones wait.
 *   * They leave evenly over the time of a rate, so that what comes meanwhile waits for one of them at most, and never
 *     take the last quarter of the room for requests at once.
 *   * They wait for ever for nobody: when none has left for 30 s and 20 others have, one goes first.
 */
export type ReplayLane = {
  readonly queues: Set<DestinationQueue>;
  readonly ready: DestinationQueue[];
  /** When one left last. */
  lastAt: number;
  /** How many others left since. */
  othersSince: number;
  /** When the next one may leave, by their even pace. */
  nextAt: number;
};

export const overdueMs = 30_000;
export const othersBetween = 20;

export function createReplayLane(now: number): ReplayLane {
  return { queues: new Set(), ready: [], lastAt: now, othersSince: 0, nextAt: 0 };
}

export function isOverdue({ ready, lastAt, othersSince }: ReplayLane, now: number): boolean {
  return ready.length > 0 && othersSince >= othersBetween && now - lastAt >= overdueMs;
}

/** Whether something of no replay waits for its turn, or is about to. */
export function othersWait({ ready, queues }: Lane): boolean {
  if (ready.length > 0) return true;
  for (const queue of queues) if (queue.reading !== null) return true;
  return false;
}

/** How much of the room for requests at once replays may fill. */
export function roomForReplays(room: number): number {
  return Math.max(1, Math.floor((room * 3) / 4));
}

/** One of a replay left, one step of the even pace after the one before. */
export function replayLeft(replays: ReplayLane, now: number, paceMs: number): void {
  replays.lastAt = now;
  replays.othersSince = 0;
  // What was late may catch up by one step, or timers would eat up a part of the rate.
  replays.nextAt = Math.max(replays.nextAt, now - paceMs) + paceMs;
}
