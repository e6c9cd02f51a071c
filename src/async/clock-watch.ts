import type { Clock } from './clock.ts';

const lookEveryMs = 10_000;
/** Smaller corrections of a clock are usual. */
const toleratedMs = 5_000;

/**
 * Detects, with one reading every 10 s, that the machine's clock was set back. Until the clock has caught up, the expiry
 * of tokens and sessions is late by the difference.
 */
export function watchClock(clock: Clock) {
  let latest = clock.now();
  let cancel = clock.after(lookEveryMs, look);

  function look() {
    latest = Math.max(latest, clock.now());
    cancel = clock.after(lookEveryMs, look);
  }

  return {
    /** For health checks; null unless the clock is behind a time that it has shown before. */
    problem(): string | null {
      const behindMs = latest - clock.now();
      latest = Math.max(latest, clock.now());
      if (behindMs <= toleratedMs) return null;
      return `The clock went back by ${Math.round(behindMs / 1_000)} s. The expiry of tokens and sessions is late by that time.`;
    },
    [Symbol.dispose]: () => cancel(),
  };
}
