import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { DeliveryQueue } from '../../journal/journal.ts';

const lookEveryMs = 10_000;
/** Smaller corrections of a clock are usual. */
const toleratedMs = 5_000;

/**
 * Looks every 10 s whether the machine's clock was set back, and then moves the times of the deliveries in the journal
 * with it. Deliveries in memory wait on timers that a change of the clock does not affect. A delivery that is recorded
 * between the change and the look is moved, too, so it may be sent early.
 */
export function followClock(options: {
  clock: Clock;
  queue: Pick<DeliveryQueue, 'moveDue'>;
  /** Times in the journal are earlier. */
  moved(): Promise<void>;
  failed(error: unknown, doing: string): void;
}): Rounds {
  const { clock, queue, moved, failed } = options;
  let last = clock.now();
  const rounds = new Rounds(clock, async () => {
    const now = clock.now();
    const byMs = last + lookEveryMs - now;
    last = now;
    if (byMs > toleratedMs)
      await queue
        .moveDue(now, byMs)
        .then(moved)
        .catch((error) => failed(error, 'move the times of deliveries'));
    return lookEveryMs;
  });
  rounds.request(lookEveryMs);
  return rounds;
}
