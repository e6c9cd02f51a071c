import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { DeliveryQueue, Lease } from '../../journal/journal.ts';

const checkEveryMs = 10_000;

/**
 * Checks at the start, and then every 10 s, whether the machine's clock was set back. If so, the times of new events and
 * deliveries follow it, and the times of the deliveries in the journal move with it. Deliveries in memory wait on timers
 * that a change of the clock does not affect. A delivery that is recorded between the change and the next check is moved,
 * too, so it may be sent early. Each check compares the clock with the time of the last check, and with the newest stored
 * times, which show that a clock was ahead between two checks or before a restart. Resolves after the check at the start.
 */
export async function followClock(options: {
  clock: Clock;
  queue: Pick<DeliveryQueue, 'followClock'>;
  /** Of the partitions that this process owns now. One that it acquires later is checked then. */
  leases(): readonly Lease[];
  /** Times in the journal are earlier. */
  moved(): Promise<void>;
  failed(error: unknown, doing: string): void;
}): Promise<Rounds> {
  const { clock, queue, leases, moved, failed } = options;
  let last = clock.now();

  const doing = 'move the times of deliveries';
  const follow = async (now: number, byMs: number) => {
    const moved = await Promise.all(leases().map((lease) => queue.followClock(lease, now, byMs)));
    return moved.some((movedMs) => movedMs !== null && movedMs > 0);
  };
  await follow(last, 0).catch((error) => failed(error, doing));
  const rounds = new Rounds(clock, async () => {
    const now = clock.now();
    const byMs = last + checkEveryMs - now;
    last = now;
    await follow(now, byMs)
      .then((isMoved) => (isMoved ? moved() : undefined))
      .catch((error) => failed(error, doing));
    return checkEveryMs;
  });
  rounds.request(checkEveryMs);
  return rounds;
}
