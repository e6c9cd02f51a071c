import { type Clock, errorBackoffMs } from './clock.ts';
import { Rounds } from './rounds.ts';

/** Runs a job every `everyMs`, one at a time; after an error again in 1 s, doubling to 30 s. */
export function repeated(
  clock: Clock,
  everyMs: number,
  job: () => Promise<unknown>,
  failed: (error: unknown) => void,
): AsyncDisposable {
  let failures = 0;
  const rounds = new Rounds(clock, async () => {
    try {
      await job();
      failures = 0;
      return everyMs;
    } catch (error) {
      failed(error);
      return errorBackoffMs(failures++);
    }
  });
  rounds.request(everyMs);
  return rounds;
}
