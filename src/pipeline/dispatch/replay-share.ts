import { isSetBack } from '../../async/clock.ts';
import type { ConnectionQueue, ReplayShare } from './destination-queue.ts';

/**
 * Replays get the part of a connection's limits that live deliveries leave:
 *   * While a live delivery is ready, or waits for the rate, replayed ones wait.
 *   * Replayed deliveries are sent evenly over the period of the connection's rate, two at once at most after a while without
 *     one, so that a live delivery waits for at most two of them. They never use the last quarter of the requests at once.
 *   * Starvation guard: after 30 s and 20 live requests without a replayed one, one replayed delivery is sent first.
 */

export const starvedAfterMs = 30_000;
export const starvedAfterRequests = 20;

export function isStarved({ lastAt, liveSince }: ReplayShare, now: number): boolean {
  return liveSince >= starvedAfterRequests && now - lastAt >= starvedAfterMs;
}

/** Whether a live delivery is ready, or may be after the journal has been read. */
export function hasLive({ ready, queues }: ConnectionQueue): boolean {
  if (ready.length > 0) return true;
  for (const queue of queues) if (queue.stored.reading !== null) return true;
  return false;
}

/** The number of replayed requests at once out of `requests`. */
export function replayPart(requests: number): number {
  return Math.max(1, Math.floor((requests * 3) / 4));
}

/** When the even pace allows the next replayed delivery: at once after the clock was set back. */
export function paceAt({ nextAt, lastAt }: ReplayShare, now: number): number {
  return isSetBack(lastAt, now) ? now : nextAt;
}

/** Counts a sent request of the connection; `isReplayed`: of a replay. `paceMs`: the even interval. */
export function countSent(share: ReplayShare, isReplayed: boolean, now: number, paceMs: number): void {
  if (!isReplayed) {
    share.liveSince += 1;
    return;
  }
  const dueAt = paceAt(share, now);
  share.lastAt = now;
  share.liveSince = 0;
  // A late request may catch up by one interval, so that slow timers do not lower the rate.
  share.nextAt = Math.max(dueAt, now - paceMs) + paceMs;
}
