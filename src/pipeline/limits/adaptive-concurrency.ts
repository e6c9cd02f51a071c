/**
 * How many requests one destination may have on the wire: it grows by one for each answer while small, later by one for
 * each round, and is halved by trouble (AIMD), at most once for the requests that were out together.
 */
export type Concurrency = {
  readonly limit: number;
  succeeded(): void;
  /** The peer is overloaded or away. `startedAt`: when the failed request left. */
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
