import type { Clock } from './clock.ts';

/** A reading is kept for this many times its duration, so that reading takes at most a fifth of the time. */
const restFactor = 4;

/**
 * An expensive reading that several callers share. A call during a reading gets its result. The next reading begins
 * when the last one is at least `freshMs` old and four times as old as it took. A failed reading is not kept.
 */
export function sharedReading<T>(
  clock: Pick<Clock, 'now'>,
  read: () => Promise<T>,
  { freshMs = 0 } = {},
): () => Promise<T> {
  let last: { until: number; result: Promise<T> } | null = null;
  return () => {
    const startedAt = clock.now();
    if (last !== null && startedAt < last.until) return last.result;
    const one = { until: Number.POSITIVE_INFINITY, result: read() };
    one.result.then(
      () => {
        const now = clock.now();
        one.until = now + Math.max(freshMs, restFactor * (now - startedAt));
      },
      () => {
        one.until = 0;
      },
    );
    last = one;
    return one.result;
  };
}
