import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../async/clock.ts';

/** Pauses in work that can wait, so that others have their turn; there are none while somebody waits for it. */
export type Pauses = {
  /** Resolves after `ms`, or as soon as others that are ready had their turn. */
  take(ms: number): Promise<void>;
  /** For work that somebody waits for: meanwhile pauses are over at once. */
  without<T>(work: Promise<T>): Promise<T>;
};

export function createPauses(clock: Clock): Pauses {
  let waiting = 0;
  const ends = new Set<() => void>();
  return {
    async take(ms) {
      if (waiting > 0 || ms < 1) return setImmediate();
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(ms, resolve);
      ends.add(resolve);
      await promise;
      ends.delete(resolve);
      cancel();
    },
    async without(work) {
      waiting += 1;
      for (const end of ends) end();
      try {
        return await work;
      } finally {
        waiting -= 1;
      }
    },
  };
}
