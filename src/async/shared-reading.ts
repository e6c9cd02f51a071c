import { type Clock, isSetBack } from './clock.ts';

/** A reading is kept for this many times its duration, so that reading takes at most a fifth of the time. */
const restFactor = 4;
/** A reading that seems to take longer than a quarter of it took as long, or the clock was set during it. */
const restMsMax = 60_000;

/**
 * An expensive reading that several callers share. A call during a reading gets its result. The next reading begins
 * when the last one is at least `freshMs` old and four times as old as it took, a minute at most, or when the clock was set
 * back. A failed reading is not kept.
 */
export function sharedReading<T>(
  clock: Pick<Clock, 'now'>,
  read: () => Promise<T>,
  { freshMs = 0 } = {},
): () => Promise<T> {
  let last: { at: number; until: number; result: Promise<T> } | null = null;
  return () => {
    const startedAt = clock.now();
    if (last !== null && startedAt < last.until && !isSetBack(last.at, startedAt)) return last.result;
    const one = { at: startedAt, until: Number.POSITIVE_INFINITY, result: read() };
    one.result.then(
      () => {
        const now = clock.now();
        one.at = now;
        one.until = now + Math.max(freshMs, Math.min(restFactor * (now - startedAt), restMsMax));
      },
      () => {
        one.until = 0;
      },
    );
    last = one;
    return one.result;
  };
}
