import type { Clock } from '../../async/clock.ts';
import { sharedReading } from '../../async/shared-reading.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { AuthorizedConnection } from '../../connections/authorized-connection.ts';
import { certificateExpiry } from '../../connections/certificate-expiry.ts';
import { missingCredentials } from '../../connections/missing-credentials.ts';
import { secretExpiry } from '../../connections/secret-expiry.ts';
import type { Health } from '../../contract/documents/connection.ts';
import type { DeliveryQueue, Hold } from '../../journal/journal.ts';
import type { Block } from '../dispatch/limits.ts';
import type { HoldState, Holds } from '../limits/holds.ts';
import type { Order } from '../limits/order-key.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

/**
 * The state of deliveries that is not in the log: which are in flight, which destinations are held and why, what is
 * waiting.
 */
export interface QueueStatus {
  isSending(deliveryId: string): boolean;
  /** The limit that delays a due delivery now, apart from holds; null: none. */
  blockOf(delivery: { id: string; destinationId: string; replayId: string | null }): Block | null;
  /** The order setting of a destination; null: none. */
  orderOf(destinationId: string): Order | null;
  /** The destinations that are held (by their own hold or their connection's), and why. */
  closed(): ReadonlyMap<string, HoldState>;
  /** The hold that responses set on a connection; null: none. */
  holdOf(connectionId: string): Hold | null;
  /** Examines the queues of these destinations now, for example after a person's retry. */
  wake(destinationIds: readonly string[], replayId?: string | null): void;
  /** Makes the next delivery of a connection that responses put on hold a probe; false: there is no such hold. */
  probe(connectionId: string): Promise<boolean>;
  /** Removes the hold that responses set on a connection. */
  reopen(connectionId: string): Promise<boolean>;
  health(connectionId: string): Promise<Health>;
  /** The part of a connection's health that needs no counting. */
  expiry(connectionId: string): Expiry;
  /** Held deliveries of a destination, or else of a whole connection; of neither: 0. */
  heldAt(place: { destinationId: string | null; connectionId: string | null }): Promise<number>;
  /** Unfinished deliveries by destination, counted now or a short time ago. */
  backlog(): ReturnType<DeliveryQueue['backlog']>;
}

export type Expiry = Pick<Health, 'tokenExpiresAt' | 'certificateExpiresAt' | 'secretExpiresAt'>;

/** Combines the state of the parts of the pipeline. */
export function queueStatus(
  parts: Parameters<typeof healthOf>[0] & {
    dispatcher: Pick<QueueStatus, 'isSending' | 'blockOf' | 'wake'>;
  },
): QueueStatus {
  const { dispatcher, holds, configuration, clock } = parts;
  return {
    isSending: (id) => dispatcher.isSending(id),
    blockOf: (delivery) => dispatcher.blockOf(delivery),
    orderOf: (destinationId) => configuration.snapshot.planOf(destinationId)?.order ?? null,
    closed: holds.allClosed,
    holdOf: holds.holdOf,
    probe: (connectionId) => holds.probeNow(connectionId, clock.now()),
    reopen: holds.reopen,
    wake: (destinationIds, replayId) => dispatcher.wake(destinationIds, replayId),
    ...healthOf(parts),
  };
}

/** The health of a connection as shown by its traffic. Held deliveries are counted on demand, see `sharedReading`. */
export function healthOf(options: {
  configuration: Configuration;
  holds: Holds;
  authenticator: Pick<Authenticator, 'tokenExpiresAt' | 'pauseOf'>;
  queue: Pick<DeliveryQueue, 'backlog'>;
  clock: Clock;
}): Pick<QueueStatus, 'health' | 'expiry' | 'heldAt' | 'backlog'> {
  const { configuration, holds, authenticator, queue, clock } = options;
  const backlog = sharedReading(clock, queue.backlog);

  async function heldAt({ destinationId, connectionId }: Parameters<QueueStatus['heldAt']>[0]): Promise<number> {
    let held = 0;
    if (holds.allClosed().size === 0) return held;
    for (const row of await backlog())
      if (
        (destinationId === null ? row.connectionId === connectionId : row.destinationId === destinationId) &&
        holds.closed(row.destinationId) !== null
      )
        held += row.open;
    return held;
  }

  async function health(connectionId: string): Promise<Health> {
    const hold = holds.holdOf(connectionId);
    const held = await heldAt({ destinationId: null, connectionId });
    const connection = configuration.snapshot.documents.connection.get(connectionId);
    const missing = connection === undefined ? null : missingCredentials(connection.body);
    if (connection !== undefined && missing !== null)
      return {
        state: 'needs_attention',
        reason: `credentials_missing: ${missing}`,
        since: connection.updatedAt,
        nextProbeAt: null,
        held,
        ...expiry(connectionId),
      };
    return {
      state: hold === null ? 'ok' : hold.reason === 'breaker_open' ? 'tripped' : 'needs_attention',
      reason: hold === null ? null : `${hold.reason}: ${hold.detail}`,
      since: hold === null ? null : new Date(hold.since).toISOString(),
      nextProbeAt: hold === null ? null : new Date(hold.probeAt).toISOString(),
      held,
      ...expiry(connectionId),
    };
  }

  function expiry(connectionId: string): Expiry {
    const body = configuration.snapshot.documents.connection.get(connectionId)?.body;
    if (body === undefined) return { tokenExpiresAt: null, certificateExpiresAt: null, secretExpiresAt: null };
    const certificate = certificateExpiry(body.settings.tls);
    const token = authenticator.tokenExpiresAt(new AuthorizedConnection({ id: connectionId, body }));
    return {
      tokenExpiresAt: token === null ? null : new Date(token).toISOString(),
      certificateExpiresAt: certificate === null ? null : new Date(certificate).toISOString(),
      secretExpiresAt: secretExpiry(body.auth)?.toISOString() ?? null,
    };
  }

  return { health, expiry, heldAt, backlog };
}
