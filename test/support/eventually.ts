import { setTimeout } from 'node:timers/promises';

/** Asks often at first, and spares the processor when it takes longer. */
const pause = { firstMs: 10, growth: 1.2, mostMs: 100 };

/**
 * Waits for a fact: asks until the answer is neither false, null nor undefined, and gives it. After `timeoutMs` it throws
 * with `what` was waited for and what `state` says.
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
      return answer as Exclude<T, false | null | undefined>; // just told apart
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms for ${what}: ${JSON.stringify(await state())}`);
    await setTimeout(pauseMs);
  }
}
