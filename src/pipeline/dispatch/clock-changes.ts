import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { DeliveryQueue } from '../../journal/journal.ts';

const lookEveryMs = 10_000;
/** Smaller corrections of a clock are usual. */
const toleratedMs = 5_000;

/**
 * Looks at the start, and then every 10 s, whether the machine's clock was set back. If so, the times of new events and
 * deliveries follow it, and the times of the deliveries in the journal move with it. Deliveries in memory wait on timers
 * that a change of the clock does not affect. A delivery that is recorded between the change and the look is moved, too, so
 * it may be sent early. Each look compares the clock with that of the last look and with the newest stored times, which tell
 * of a clock that was ahead only between two looks, or before a restart. Resolves after the look at the start.
 */
export async function followClock(options: {
  clock: Clock;
  queue: Pick<DeliveryQueue, 'moveDue' | 'setBack'>;
  /** Times in the journal are earlier. */
  moved(): Promise<void>;
  failed(error: unknown, doing: string): void;
}): Promise<Rounds> {
  const { clock, queue, moved, failed } = options;
  let last = clock.now();

  async function follow(now: number, knownMs: number) {
    const byMs = Math.max(knownMs, await queue.setBack(now));
    if (byMs > toleratedMs) await queue.moveDue(now, byMs);
    return byMs > toleratedMs;
  }

  const doing = 'move the times of deliveries';
  await follow(last, 0).catch((error) => failed(error, doing));
  const rounds = new Rounds(clock, async () => {
    const now = clock.now();
    const byMs = last + lookEveryMs - now;
    last = now;
    await follow(now, byMs)
      .then((isMoved) => (isMoved ? moved() : undefined))
      .catch((error) => failed(error, doing));
    return lookEveryMs;
  });
  rounds.request(lookEveryMs);
  return rounds;
}
