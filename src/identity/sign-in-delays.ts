import { isSetBack } from '../async/clock.ts';
import { recentKeys } from '../async/rate-limiter.ts';
import { AppError } from '../contract/errors.ts';

/** A counter of failed attempts: its key, and the number of failures without delay. */
export type CounterKey = { key: string; free: number };

const firstDelayMs = 1_000;
const delayMsMax = 60_000;
/** A key without failures for this long is forgotten. */
const memoryMs = 15 * 60_000;
const keysMax = 20_000;

type Entry = { failures: number; lastAt: number; openAt: number };

/**
 * Delays that double with each failure. An attempt counts as failed from its start, so that concurrent attempts are
 * delayed too. Holds at most 20,000 keys; the least recently used ones are forgotten first.
 */
export function signInDelays(now: () => number) {
  const entries = recentKeys<Entry>(keysMax);

  function entryOf(key: string): Entry {
    const found = entries.get(key);
    const ageMs = found === undefined ? memoryMs : now() - found.lastAt;
    // After the clock was set back, the age is unknown.
    if (found !== undefined && !isSetBack(found.lastAt, now()) && ageMs < memoryMs) return found;
    return { failures: 0, lastAt: now(), openAt: 0 };
  }

  return {
    /**
     * Counts an attempt. Throws AppError `sign_in_delayed` while one of its keys is delayed; then it does not count.
     */
    begin(counterKeys: readonly CounterKey[]): void {
      const waitMs = Math.max(...counterKeys.map(({ key }) => entryOf(key).openAt - now()));
      if (waitMs > 0) {
        const retryAfterSeconds = Math.ceil(waitMs / 1_000);
        throw new AppError('sign_in_delayed', undefined, { extra: { retryAfterSeconds } });
      }
      for (const { key, free } of counterKeys) {
        const failures = entryOf(key).failures + 1;
        const delayMs = failures < free ? 0 : Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(20, failures - free));
        entries.set(key, { failures, lastAt: now(), openAt: now() + delayMs });
      }
    },

    /** Removes the count of an attempt that succeeded or was not checked. */
    undo(counterKeys: readonly CounterKey[]): void {
      for (const { key } of counterKeys) {
        const { failures, lastAt } = entryOf(key);
        if (failures > 1) entries.set(key, { failures: failures - 1, lastAt, openAt: 0 });
        else entries.delete(key);
      }
    },

    /** Removes the failures of a key, after a correct password. */
    forget: entries.delete,
  };
}
