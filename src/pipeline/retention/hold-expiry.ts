import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Holds } from '../dispatch/holds/holds.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { OwnedConnections } from '../owned-connections.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

const everyMsMin = 1_000;

/**
 * Fails deliveries that were held for longer than their connection allows, at most 2 % late or a second, and no later
 * than after `everyMs`.
 */
export function startHoldExpiry(options: {
  configuration: Configuration;
  holds: Pick<Holds, 'byDestination' | 'watch'>;
  log: Pick<JournalLog, 'expire'>;
  clock: Clock;
  everyMs: number;
  dispatcher: Pick<Dispatcher, 'inFlight'>;
  events: Pick<DeliveryEvents, 'emit'>;
  /** Those of other connections are expired by their owners. */
  ownConnections: OwnedConnections;
  failed(error: unknown, doing: string): void;
}): AsyncDisposable {
  const { configuration, holds, log, clock, everyMs, dispatcher, events, ownConnections } = options;

  /** Destinations that are on hold and whose held deliveries expire, also those that this node may own later. */
  function expiring() {
    const { documents } = configuration.snapshot;
    return [...holds.byDestination.keys()].flatMap((destinationId) => {
      const connectionId = documents.destination.get(destinationId)?.body.connectionId ?? '';
      const ageMs = documents.connection.get(connectionId)?.body.settings.heldMaxAgeMs ?? null;
      return ageMs === null ? [] : [{ destinationId, connectionId, ageMs }];
    });
  }

  function nextMs(): number | null {
    const shortestMs = Math.min(...expiring().map(({ ageMs }) => ageMs));
    return Number.isFinite(shortestMs) ? Math.min(everyMs, Math.max(everyMsMin, shortestMs / 50)) : null;
  }

  async function expire(): Promise<void> {
    const now = clock.now();
    for (const { destinationId, connectionId, ageMs } of expiring()) {
      const lease = ownConnections.leaseOf(connectionId);
      if (lease === null) continue;
      const except = dispatcher.inFlight({ destinationId });
      const expired = await log.expire(lease, { destinationId, createdBefore: now - ageMs, now, except });
      for (const { actionId, count } of expired)
        events.emit('ended', { destinationId, connectionId, actionId }, { status: 'failed', reason: 'expired' }, count);
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
