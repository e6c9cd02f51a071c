import type { ActionBody } from '../../contract/documents/action.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { AppError } from '../../contract/errors.ts';
import { placeOf } from '../../contract/ids.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Delivery } from '../../contract/records/delivery.ts';
import type { SampleInput } from '../../contract/records/sample.ts';
import {
  addCounters,
  isFinished,
  type JournalLog,
  type Lease,
  type LoggedDelivery,
  type Released,
} from '../../journal/journal.ts';
import { presentVersions } from '../attempt/delivery-plan.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { QueueStatus } from '../insight/queue-status.ts';
import type { OwnedConnections } from '../owned-connections.ts';
import type { Previews } from '../preview/preview.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

/** What a command needs to know of its delivery. */
export type CommandedDelivery = Pick<
  LoggedDelivery,
  'id' | 'test' | 'actionId' | 'actionVersion' | 'destinationId' | 'destinationVersion' | 'connectionId' | 'replayId'
>;

/** The commands that take as long as another system does. */
export const lastingCommands = ['test'] as const;

export type DeliveryCommands = ReturnType<typeof deliveryCommands>;

/** A test send, by the stored destination and action or by drafts. */
export type AskedTest = {
  destinationId: string;
  /** Of the stored destination. */
  connectionId: string;
  input: Omit<SampleInput, 'draft'>;
  draft: DestinationBody | null;
  actionDraft: ActionBody | null;
};

/** What people do to deliveries and to the limits of a connection: the owner of the connection does it (owner-commands.ts). */
export function deliveryCommands(options: {
  configuration: Configuration;
  log: Pick<JournalLog, 'retry' | 'cancel' | 'release'>;
  queueStatus: QueueStatus;
  events: Pick<DeliveryEvents, 'emit'>;
  preview: Pick<Previews, 'testSend'>;
  ownConnections: OwnedConnections;
  now: () => number;
}) {
  const { configuration, log, queueStatus, events, preview, ownConnections, now } = options;

  /** Of the partition of a delivery, whose connection may be deleted. */
  function leaseOf(deliveryId: string): Lease {
    const partition = placeOf('delivery', deliveryId)?.partition;
    return ownConnections.leases().find((lease) => lease.partition === partition) ?? taken();
  }

  return {
    /** Makes a delivery due now. `render`: with a new render by the current mapping and template. */
    async retry(asked: { delivery: CommandedDelivery; render: boolean; entry: NewAuditEntry }): Promise<void> {
      const { delivery, render, entry } = asked;
      const { id, test, destinationId, connectionId, replayId } = delivery;
      if (test) throw new AppError('conflict', 'A test is sent once. Start another test.');
      if (queueStatus.isSending(id)) throw new AppError('conflict', 'The delivery is in flight. Wait for its outcome.');
      const { snapshot } = configuration;
      if (!snapshot.documents.destination.has(destinationId))
        throw new AppError('conflict', 'Its destination was deleted.');
      const pins = presentVersions(snapshot, delivery);
      const before = await log.retry(leaseOf(id), { id, now: now(), render: render ? pins : null }, entry);
      if (before === null) throw new AppError('not_found', `There is no delivery ${id}.`);
      if (isFinished(before)) events.emit('reopened', delivery);
      const ended = queueStatus.endPauses(connectionId, [destinationId]);
      queueStatus.wake([destinationId], replayId);
      await ended;
    },

    async cancel({ delivery, entry }: { delivery: CommandedDelivery; entry: NewAuditEntry }): Promise<void> {
      const { id, destinationId, replayId, test } = delivery;
      const wasUnfinished = await log.cancel(leaseOf(id), id, now(), entry);
      // The delivery may be queued in memory: no await between the journal's response and waking the queue.
      if (wasUnfinished === true) queueStatus.wake([destinationId], replayId);
      if (wasUnfinished === null) throw new AppError('not_found', `There is no delivery ${id}.`);
      if (!wasUnfinished) throw new AppError('conflict', 'The delivery is already finished.');
      if (!test) events.emit('ended', delivery, { status: 'cancelled' }, 1);
    },

    /** Makes what is held of a connection due now, and ends what holds it. */
    async release({ connectionId }: { connectionId: string }): Promise<Released> {
      const destinations = [...configuration.snapshot.destinationsOf(connectionId)];
      const sum: Released = { released: 0, unknownOutcomes: 0 };
      const lease = ownConnections.leaseOf(connectionId) ?? taken();
      for (const one of destinations) addCounters(sum, await log.release(lease, one, now()));
      await queueStatus.reopen(connectionId);
      const ended = queueStatus.endPauses(connectionId, destinations);
      queueStatus.wake(destinations);
      await ended;
      return sum;
    },

    /** Makes the next deliveries of a connection probes, and ends the pauses that its system asked for. */
    async probe({ connectionId }: { connectionId: string }): Promise<void> {
      await queueStatus.probe(connectionId);
      await queueStatus.endPauses(connectionId);
    },

    /** Sends a test. One that is delivered shows that the cause of a pause is gone. */
    async test({ destinationId, connectionId, input, draft, actionDraft }: AskedTest): Promise<Delivery> {
      const delivery = await preview.testSend(destinationId, input, draft, actionDraft);
      if (delivery.status === 'delivered') await queueStatus.endPauses(connectionId, [destinationId]);
      return delivery;
    },

    endTokenPause: ({ connectionId }: { connectionId: string }): Promise<void> =>
      queueStatus.endTokenPause(connectionId),
  };
}

function taken(): never {
  throw new AppError('unavailable', 'Another node sends to this connection now. Send the request again.');
}
