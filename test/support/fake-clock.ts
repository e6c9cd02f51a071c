import type { Clock } from '../../src/async/clock.ts';
import { isAnyInFlight, untilAnswered } from './in-flight.ts';

/**
 * A clock that moves only by `advance`; timers fire in order of their time, each at exactly its time. `settle` lets
 * everything else happen first.
 */
export function fakeClock(
  startMs = Date.UTC(2026, 0, 1),
  settle = settled,
): Clock & {
  /** Advances the time; between timers all pending work runs first. */
  advance(ms: number): Promise<void>;
  /** When the next timer is due, or null. */
  next(): number | null;
} {
  let now = startMs;
  let order = 0;
  const timers = new Set<{ at: number; order: number; call: () => void }>();
  const first = () => [...timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + Math.max(0, Math.ceil(ms)), order: order++, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    next: () => first()?.at ?? null,
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = first(); timer !== undefined && timer.at <= end; timer = first()) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.call();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

/**
 * Work in steps asks how long it has taken, and then lets other work run: until the result is disposed, it takes no time but
 * that of the clock, so that a busy machine changes no order.
 */
export function workTakesTimeOf({ now }: Pick<Clock, 'now'>): Disposable {
  const real = performance.now;
  performance.now = now;
  return {
    [Symbol.dispose]() {
      performance.now = real;
    },
  };
}

/** Runs all pending promise continuations, immediates and calls of other processes, and those that they create, until none is left. */
export async function settled(): Promise<void> {
  do {
    await untilAnswered();
    await new Promise<void>((resolve) => setImmediate(resolve));
  } while (isAnyInFlight() || process.getActiveResourcesInfo().includes('Immediate'));
}
