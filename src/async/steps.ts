import { setImmediate } from 'node:timers/promises';

const usualStepMs = 5;

/** For steps beside small requests: each of these takes several turns, and may meet a step in every one. */
export const shortStepMs = 1;

/** Tells when to let other work run, which is every 5 ms unless said otherwise: `if (pace.isDue()) await pace.rest()`. */
export function pacing(stepMs = usualStepMs) {
  let stepEnds = performance.now() + stepMs;
  return {
    isDue: () => performance.now() >= stepEnds,
    async rest(): Promise<void> {
      await setImmediate();
      stepEnds = performance.now() + stepMs;
    },
  };
}

/** Maps items one after the other, and lets other work run after every 5 ms. */
export async function mapInSteps<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = [];
  const pace = pacing();
  for (const item of items) {
    if (pace.isDue()) await pace.rest();
    mapped.push(map(item));
  }
  return mapped;
}
