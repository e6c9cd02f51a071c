/**
 * The number of requests that one destination may have in flight (AIMD): it grows by one per success while small, later
 * by one per round, and is halved by a failure, at most once for requests that were in flight together.
 */
export type Concurrency = {
  readonly limit: number;
  succeeded(): void;
  /** The peer is overloaded or unreachable. `startedAt`: when the failed request was sent. */
  failed(startedAt: number, now: number): void;
};

const concurrencyBounds = { min: 1, start: 8, max: 64 } as const;

export function adaptiveConcurrency(): Concurrency {
  let limit: number = concurrencyBounds.start;
  let ceiling: number = concurrencyBounds.max;
  let halvedAt = Number.NEGATIVE_INFINITY;
  return {
    get limit() {
      return Math.floor(limit);
    },
    succeeded() {
      limit = Math.min(concurrencyBounds.max, limit + (limit < ceiling ? 1 : 1 / limit));
    },
    failed(startedAt, now) {
      if (startedAt < halvedAt) return;
      limit = Math.max(concurrencyBounds.min, limit / 2);
      ceiling = limit;
      halvedAt = now;
    },
  };
}
