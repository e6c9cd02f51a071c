import { setTimeout } from 'node:timers/promises';
import { isPassing, translated } from './unavailable.ts';

/** With a wait for locks before each, which PostgreSQL ends after 1 s when it finds that no one goes on. */
const usualTries = 5;
const repeatedMs = 5_000;
/** Of two that met, one goes first. */
const waitMs = 20;

/**
 * Runs a transaction, and again when it had to give way to another one: up to `triesMax` times, none later than 5 s after the first. Nothing of
 * the former tries is stored. Throws what the caller gets.
 */
export async function repeated<T>(run: () => Promise<T>, triesMax = usualTries): Promise<T> {
  const end = performance.now() + repeatedMs;
  for (let tries = 1; ; tries++)
    try {
      return await run();
    } catch (error) {
      if (!isPassing(error) || tries >= triesMax || performance.now() >= end) throw translated(error);
      await setTimeout(Math.random() * waitMs * tries);
    }
}
