import type { Clock } from '../../src/async/clock.ts';

/**
 * A clock that stands still until `advance`; timers fire in order of their time, each at exactly its time. `settle` lets
 * everything else happen first.
 */
export function fakeClock(
  startMs = Date.UTC(2026, 0, 1),
  settle = settled,
): Clock & {
  /** Lets time pass; between timers everything that is ready runs first. */
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

/** Lets every promise and immediate that is ready run, and what they bring forth, until none is left. */
export async function settled(): Promise<void> {
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().includes('Immediate'));
}
