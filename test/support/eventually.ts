import { setTimeout } from 'node:timers/promises';

/** Polls often at first, and less often later to save processor time. */
const pause = { firstMs: 10, growth: 1.2, mostMs: 100 };

/** Only what will never be waits so long: a slow machine must not fail a test. */
const patienceMs = 60_000;

/**
 * Waits for a fact: polls until the result is neither false, null nor undefined, and returns it. When that
 * takes too long, it throws an error with `what` and `state`.
 */
export async function eventually<T>(
  what: string,
  fact: () => T | Promise<T>,
  { state = () => '', forMs = patienceMs }: { state?: () => unknown; forMs?: number } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const until = performance.now() + forMs;
  for (let pauseMs = pause.firstMs; ; pauseMs = Math.min(pauseMs * pause.growth, pause.mostMs)) {
    const answer = await fact();
    if (answer !== false && answer !== null && answer !== undefined)
      return answer as Exclude<T, false | null | undefined>; // just checked
    if (performance.now() > until) throw new Error(`waited ${forMs} ms for ${what}: ${JSON.stringify(await state())}`);
    await setTimeout(pauseMs);
  }
}
