import { setImmediate } from 'node:timers/promises';

const stepMs = 5;

/** Maps items one after the other, and lets other work run after every 5 ms. */
export async function mapInSteps<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = [];
  let stepEnds = performance.now() + stepMs;
  for (const item of items) {
    if (performance.now() >= stepEnds) {
      await setImmediate();
      stepEnds = performance.now() + stepMs;
    }
    mapped.push(map(item));
  }
  return mapped;
}
