import type { Clock } from './clock.ts';

/** Of the time, at most one part in so many is spent on reading. */
const restFactor = 4;

/**
 * A costly reading that several callers share: who asks while it runs gets its result, and the next one begins when it is
 * `freshMs` old and has aged for four times as long as it took. One that failed is not kept.
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
