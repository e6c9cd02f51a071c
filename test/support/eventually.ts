import { setTimeout } from 'node:timers/promises';

/** Polls often at first, and less often later to save processor time. */
const pause = { firstMs: 10, growth: 1.2, mostMs: 100 };

/**
 * Waits for a fact: polls until the result is neither false, null nor undefined, and returns it. After `timeoutMs` it
 * throws an error with `what` and `state`.
 */
export async function eventually<T>(
  what: string,
  fact: () => T | Promise<T>,
  { timeoutMs = 10_000, state = () => '' }: { timeoutMs?: number; state?: () => unknown } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const until = Date.now() + timeoutMs;
  for (let pauseMs = pause.firstMs; ; pauseMs = Math.min(pauseMs * pause.growth, pause.mostMs)) {
    const answer = await fact();
    if (answer !== false && answer !== null && answer !== undefined)
      return answer as Exclude<T, false | null | undefined>; // just checked
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms for ${what}: ${JSON.stringify(await state())}`);
    await setTimeout(pauseMs);
  }
}
