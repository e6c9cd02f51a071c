import { isSetBack } from '../../async/clock.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';

/**
 * What an exchange says about its peer: it responded well, it responded with an error of its own, or it did not
 * respond.
 */
export type Sign = 'good' | 'bad' | 'unreachable';

type BreakerSettings = ConnectionBody['settings']['breaker'];

const unreachableMost = 5;
/** Parts of the window. */
const tenths = 10;

/**
 * The circuit breaker of one connection: counts its exchanges and decides when to hold it, after five in a row without a
 * response, or when at least `minimum` exchanges within `windowMs` have a share of failures of at least `failureRatio`.
 * The window moves in tenths.
 */
export function createBreaker() {
  const counts = Array.from({ length: tenths }, () => ({ tenth: -1, all: 0, failed: 0 }));
  let inRow = 0;

  function reset() {
    inRow = 0;
    for (const count of counts) count.tenth = -1;
  }

  return {
    /** Returns the reason why it trips now, or null. */
    record(sign: Sign, now: number, { failureRatio, minimum, windowMs }: BreakerSettings): string | null {
      inRow = sign === 'unreachable' ? inRow + 1 : 0;
      const tenth = Math.floor(now / (windowMs / tenths));
      const count = counts[tenth % tenths];
      if (count === undefined) return null;
      if (count.tenth !== tenth) Object.assign(count, { tenth, all: 0, failed: 0 });
      count.all += 1;
      if (sign === 'good') return null;
      count.failed += 1;
      if (inRow >= unreachableMost) return `The last ${inRow} requests got no response.`;
      const recent = counts.filter((one) => one.tenth > tenth - tenths && one.tenth <= tenth);
      const all = recent.reduce((sum, one) => sum + one.all, 0);
      const failed = recent.reduce((sum, one) => sum + one.failed, 0);
      return all >= minimum && failed / all >= failureRatio ? `${failed} of the last ${all} requests failed.` : null;
    },
    /** The connection works again: earlier exchanges no longer count. */
    reset,
  };
}

export type Concurrency = ReturnType<typeof adaptiveConcurrency>;

const concurrencyBounds = { min: 1, start: 8, max: 64 } as const;

/**
 * The number of requests that one destination may have in flight (AIMD): it grows by one per success while small, later
 * by one per round, and is halved by a failure, at most once for requests that were in flight together.
 */
export function adaptiveConcurrency() {
  let limit: number = concurrencyBounds.start;
  let ceiling: number = concurrencyBounds.max;
  let halvedAt = Number.NEGATIVE_INFINITY;
  return {
    get limit(): number {
      return Math.floor(limit);
    },
    succeeded(): void {
      limit = Math.min(concurrencyBounds.max, limit + (limit < ceiling ? 1 : 1 / limit));
    },
    /** The peer is overloaded or unreachable. `startedAt`: when the failed request was sent. */
    failed(startedAt: number, now: number): void {
      // When the clock was set back since, nothing is known about the order.
      if (startedAt < halvedAt && !isSetBack(halvedAt, now)) return;
      limit = Math.max(concurrencyBounds.min, limit / 2);
      ceiling = limit;
      halvedAt = now;
    },
  };
}
