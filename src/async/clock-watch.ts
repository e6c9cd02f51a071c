import type { Clock } from './clock.ts';

const lookEveryMs = 10_000;
/** Corrections of a clock by less are usual. */
const toleratedMs = 5_000;

type ClockWatch = Disposable & {
  /** For health checks; null while the clock is not behind a time that it has shown before. */
  problem(): string | null;
};

/**
 * Notices that the clock of the machine was set back, by looking every 10 s: until it shows again what it has shown before, what was planned
 * for then (retries, expiry of tokens and sessions) is late by as much.
 */
export function watchClock(clock: Clock): ClockWatch {
  let latest = clock.now();
  let cancel = clock.after(lookEveryMs, look);

  function look() {
    latest = Math.max(latest, clock.now());
    cancel = clock.after(lookEveryMs, look);
  }

  return {
    problem() {
      const behindMs = latest - clock.now();
      latest = Math.max(latest, clock.now());
      if (behindMs <= toleratedMs) return null;
      return `The clock went back by ${Math.round(behindMs / 1_000)} s: what is planned by time is late by as much.`;
    },
    [Symbol.dispose]: () => cancel(),
  };
}
