import { isSetBack } from '../../async/clock.ts';

export type Concurrency = ReturnType<typeof adaptiveConcurrency>;

const bounds = { min: 1, start: 8, max: 64 } as const;

/**
 * The number of requests that one destination may have in flight (AIMD): it grows by one per success while small, later
 * by one per round, and is halved by a failure, at most once for requests that were in flight together.
 */
export function adaptiveConcurrency() {
  let limit: number = bounds.start;
  let ceiling: number = bounds.max;
  let halvedAt = Number.NEGATIVE_INFINITY;
  return {
    get limit(): number {
      return Math.floor(limit);
    },
    succeeded(): void {
      limit = Math.min(bounds.max, limit + (limit < ceiling ? 1 : 1 / limit));
    },
    /** The peer is overloaded or unreachable. `startedAt`: when the failed request was sent. */
    failed(startedAt: number, now: number): void {
      // When the clock was set back since, nothing is known about the order.
      if (startedAt < halvedAt && !isSetBack(halvedAt, now)) return;
      limit = Math.max(bounds.min, limit / 2);
      ceiling = limit;
      halvedAt = now;
    },
  };
}
