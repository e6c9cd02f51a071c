import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Holds } from '../limits/holds.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

const everyLeastMs = 1_000;

/**
 * Fails deliveries that were held for longer than their connection allows, at most 2 % late or a second, and no later
 * than after `everyMs`.
 */
export function startHoldExpiry(options: {
  configuration: Configuration;
  holds: Pick<Holds, 'allClosed' | 'watch'>;
  log: Pick<Journal['log'], 'expire'>;
  clock: Clock;
  everyMs: number;
  /** The deliveries of a destination that are in flight, or whose outcome is not recorded yet. */
  sendingTo(destinationId: string): readonly string[];
  /** `amount` deliveries were held for too long and are failed now. */
  expired(of: { destinationId: string; connectionId: string; actionId: string | null }, amount: number): void;
  failed(error: unknown, doing: string): void;
}): AsyncDisposable {
  const { configuration, holds, log, clock, everyMs } = options;

  /** Destinations that are on hold and whose held deliveries expire. */
  function expiring() {
    const { documents } = configuration.snapshot;
    return [...holds.allClosed().keys()].flatMap((destinationId) => {
      const connectionId = documents.destination.get(destinationId)?.body.connectionId ?? '';
      const ageMs = documents.connection.get(connectionId)?.body.settings.heldMaxAgeMs ?? null;
      return ageMs === null ? [] : [{ destinationId, connectionId, ageMs }];
    });
  }

  function nextMs(): number | null {
    const shortestMs = Math.min(...expiring().map(({ ageMs }) => ageMs));
    return Number.isFinite(shortestMs) ? Math.min(everyMs, Math.max(everyLeastMs, shortestMs / 50)) : null;
  }

  async function expire(): Promise<void> {
    const now = clock.now();
    for (const { destinationId, connectionId, ageMs } of expiring()) {
      const query = { destinationId, createdBefore: now - ageMs, now, except: options.sendingTo(destinationId) };
      for (const { actionId, count } of await log.expire(query))
        options.expired({ destinationId, connectionId, actionId }, count);
    }
  }

  const rounds = new Rounds(clock, async () => {
    await expire().catch((error) => options.failed(error, 'expire held deliveries'));
    return nextMs();
  });
  function plan() {
    const ms = nextMs();
    if (ms !== null) rounds.request(ms);
  }
  holds.watch(plan);
  plan();
  return rounds;
}
