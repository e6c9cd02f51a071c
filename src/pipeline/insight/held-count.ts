import type { CountByAction, JournalLog } from '../../journal/journal.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Holds } from '../dispatch/holds/holds.ts';
import type { OwnedConnections } from '../owned-connections.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { DeliveryEvents } from './delivery-events.ts';

/**
 * Counts waiting deliveries as held when a hold begins. Deliveries that come later are counted at their source: a plan,
 * or an attempt that was in flight. Must be notified of a hold before the dispatcher drops the queue in memory.
 */
export function countHeld(options: {
  holds: Pick<Holds, 'byDestination' | 'watch'>;
  log: Pick<JournalLog, 'waiting'>;
  configuration: Configuration;
  dispatcher: Pick<Dispatcher, 'inFlight' | 'waitingFor'>;
  events: Pick<DeliveryEvents, 'emit'>;
  /** Those of other connections are counted by their owners. */
  ownConnections: OwnedConnections;
  failed(error: unknown, doing: string): void;
}): void {
  const { holds, log, configuration, dispatcher, events, ownConnections } = options;
  const known = new Set(holds.byDestination.keys());
  holds.watch((destinationIds) => {
    for (const destinationId of destinationIds) {
      const reason = holds.byDestination.get(destinationId)?.reason;
      const isKnown = known.has(destinationId);
      if (reason === undefined) known.delete(destinationId);
      else known.add(destinationId);
      const connectionId = configuration.snapshot.documents.destination.get(destinationId)?.body.connectionId;
      if (isKnown || reason === undefined || connectionId === undefined) continue;
      if (ownConnections.leaseOf(connectionId) === null) continue;
      const isHeld = ({ actionId, count }: CountByAction) =>
        events.emit('held', { actionId, destinationId, connectionId }, reason, count);
      const waiting = dispatcher.waitingFor(destinationId);
      if (waiting !== null) for (const { actionId } of waiting) isHeld({ actionId, count: 1 });
      else
        log.waiting(destinationId, dispatcher.inFlight({ destinationId })).then(
          (counts) => counts.forEach(isHeld),
          (error) => options.failed(error, 'count held deliveries'),
        );
    }
  });
}
