import type { Clock } from '../../async/clock.ts';
import { sharedReading } from '../../async/shared-reading.ts';
import { type Authenticator, AuthorizedConnection } from '../../connections/authenticator.ts';
import { parseBaseUrl } from '../../connections/base-url.ts';
import { certificateExpiry } from '../../connections/certificate-expiry.ts';
import { missingCredentials } from '../../connections/missing-credentials.ts';
import { secretExpiry } from '../../connections/secret-expiry.ts';
import type { Health, RequestLoad } from '../../contract/documents/connection.ts';
import type { DestinationHealth } from '../../contract/documents/destination.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { Hold, Journal } from '../../journal/journal.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Holds } from '../dispatch/holds/holds.ts';
import type { Block } from '../dispatch/limits.ts';
import type { Pauses } from '../dispatch/pauses/pauses.ts';
import type { ReplayRates } from '../dispatch/replay-rates.ts';
import type { Order } from '../snapshot/order-key.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { deliveryStates } from './delivery-state.ts';

export type QueueStatus = ReturnType<typeof queueStatus>;

/**
 * The state of deliveries that is not in the log: which are in flight, which destinations are held and why, what is
 * waiting; and the health of a connection as shown by its traffic.
 */
export function queueStatus(options: {
  configuration: Configuration;
  holds: Holds;
  pauses: Pick<Pauses, 'untilOf'>;
  authenticator: Pick<Authenticator, 'tokenExpiresAt' | 'pauseOf' | 'endPause'>;
  journal: { log: Pick<Journal['log'], 'backlog' | 'storedHeld' | 'unfinished' | 'unresolved'> };
  replayRates: Pick<ReplayRates, 'freeAt'>;
  clock: Clock;
  dispatcher: Pick<Dispatcher, 'isSending' | 'inFlightByQueue' | 'blockOf' | 'loadOf' | 'wake' | 'endPauses'>;
}) {
  const { configuration, holds, pauses, authenticator, clock, dispatcher, journal } = options;
  const backlog = sharedReading(clock, journal.log.backlog);
  const states = deliveryStates({ log: journal.log, holds, clock, inFlight: () => dispatcher.inFlightByQueue() });
  const { held } = states;

  async function heldAt(of: { destinationId: string | null; connectionId: string | null }): Promise<number> {
    const key = of.destinationId === null ? 'connectionId' : 'destinationId';
    return (await held()).filter((row) => row[key] === of[key]).reduce((sum, { count }) => sum + count, 0);
  }

  async function health(connectionId: string): Promise<Health> {
    const held = await heldAt({ destinationId: null, connectionId });
    const fine = { state: 'ok', reason: null, detail: null, since: null, nextProbeAt: null } as const;
    const requests = dispatcher.loadOf({ connectionId });
    const shared = { ...fine, held, requests, waitsUntil: waitsUntil(connectionId), ...expiry(connectionId) };
    const connection = configuration.snapshot.documents.connection.get(connectionId);
    const missing = connection === undefined ? null : missingCredentials(connection.body);
    if (connection !== undefined && missing !== null) {
      const cause = { reason: 'credentials_missing', detail: missing, since: connection.updatedAt } as const;
      return { ...shared, state: 'needs_attention', ...cause };
    }
    const hold = holdOf(connectionId);
    if (hold === null) return shared;
    const { reason, detail, since, probeAt } = hold;
    return { ...shared, state: stateOf(reason), reason, detail, since: textOf(since), nextProbeAt: textOf(probeAt) };
  }

  /**
   * The hold that responses set on a connection. A connection whose enabled destinations are all held by their own breakers
   * is held as well, by the one that opened first. null: neither.
   */
  function holdOf(connectionId: string): Hold | null {
    const { byTraffic } = holds;
    if (byTraffic.size === 0) return null;
    const own = byTraffic.get(connectionId);
    if (own !== undefined) return own;
    const { documents, destinationsOf } = configuration.snapshot;
    let first: Hold | null = null;
    for (const id of destinationsOf(connectionId)) {
      if (documents.destination.get(id)?.body.status !== 'enabled') continue;
      const hold = byTraffic.get(id);
      if (hold === undefined) return null;
      if (first === null || hold.since < first.since) first = hold;
    }
    return first;
  }

  /** The health of a destination: its own hold, or that of its connection. */
  async function healthAt(destinationId: string): Promise<DestinationHealth> {
    const held = await heldAt({ destinationId, connectionId: null });
    const requests = dispatcher.loadOf({ destinationId });
    const { reason = null, detail = null, probeAt = null, scopeId = '' } = holds.byDestination.get(destinationId) ?? {};
    if (reason === 'breaker_open' || reason === 'auth_rejected' || reason === 'credentials_missing') {
      const since = textOf(holds.byTraffic.get(scopeId)?.since ?? null);
      return { state: stateOf(reason), reason, detail, since, nextProbeAt: textOf(probeAt), held, requests };
    }
    return { state: 'ok', reason: null, detail: null, since: null, nextProbeAt: null, held, requests };
  }

  /** The end of the pause that the system or the token endpoint of a connection asked for. */
  const waitsUntil = (connectionId: string) => textOf(askedPauseOf(connectionId, null));

  /** The same for a destination as well, in ms since the epoch; null: there is no such pause. */
  function askedPauseOf(connectionId: string, destinationId: string | null): number | null {
    const body = configuration.snapshot.documents.connection.get(connectionId)?.body;
    if (body === undefined) return null;
    const base = parseBaseUrl(body);
    const origin = base.ok ? base.url.origin : '';
    const asked = [connectionId, ...(destinationId === null ? [] : [destinationId])].map((id) =>
      pauses.untilOf(id, origin),
    );
    const token = authenticator.pauseOf(new AuthorizedConnection({ id: connectionId, body }))?.until ?? 0;
    return Math.max(...asked, token) || null;
  }

  function expiry(connectionId: string): Pick<Health, 'tokenExpiresAt' | 'certificateExpiresAt' | 'secretExpiresAt'> {
    const body = configuration.snapshot.documents.connection.get(connectionId)?.body;
    if (body === undefined) return { tokenExpiresAt: null, certificateExpiresAt: null, secretExpiresAt: null };
    return {
      tokenExpiresAt: textOf(authenticator.tokenExpiresAt(new AuthorizedConnection({ id: connectionId, body }))),
      certificateExpiresAt: textOf(certificateExpiry(body.settings.tls)),
      secretExpiresAt: secretExpiry(body.auth)?.toISOString() ?? null,
    };
  }

  return {
    isSending: (deliveryId: string): boolean => dispatcher.isSending(deliveryId),
    /** The limit that delays a due delivery now, apart from holds; null: none. */
    blockOf: (delivery: { id: string; destinationId: string; replayId: string | null }): Block | null =>
      dispatcher.blockOf(delivery),
    /** The order setting of a destination; null: none. */
    orderOf: (destinationId: string): Order | null =>
      configuration.snapshot.documents.destination.get(destinationId)?.body.settings.order ?? null,
    /** The destinations that are held (by their own hold or their connection's), and why. */
    holds: () => holds.byDestination,
    holdOf,
    /** The hold that responses set on a destination alone; null: none. */
    holdAt: (destinationId: string): Hold | null => holds.byTraffic.get(destinationId) ?? null,
    /**
     * Makes the next deliveries of a connection and its destinations that responses put on hold probes; false: there is no
     * such hold.
     */
    probe: (connectionId: string): Promise<boolean> => holds.probeNow(connectionId, clock.now()),
    /** Removes the holds that responses set on a connection and its destinations. */
    reopen: holds.reopen,
    /** A test has received a token: deliveries need not wait for the end of the endpoint's pause. */
    async endTokenPause(connectionId: string): Promise<void> {
      const ended = authenticator.endPause(connectionId);
      dispatcher.wake([...configuration.snapshot.destinationsOf(connectionId)]);
      await ended;
    },
    /**
     * A person wants to send now, or a test shows that the cause is gone: ends the pauses that the system and the token
     * endpoint of a connection asked for, and those of these destinations (of all without them). Durable when it
     * resolves.
     */
    async endPauses(
      connectionId: string,
      destinationIds = [...configuration.snapshot.destinationsOf(connectionId)],
    ): Promise<void> {
      const ended = [authenticator.endPause(connectionId), dispatcher.endPauses(connectionId, destinationIds)];
      await Promise.all(ended);
    },
    /** Examines the queues of these destinations now, for example after a person's retry. */
    wake: (destinationIds: readonly string[], replayId?: string | null): void =>
      dispatcher.wake(destinationIds, replayId),
    health,
    healthAt,
    /** The part of a connection's health that needs no counting. */
    expiry,
    /** Held deliveries by destination and connection, counted now or a short time ago. */
    held,
    /** The end of the pause that the system of a destination asked for; null: there is none. */
    askedPauseOf,
    /** Whether the deliveries of a replay wait since it is paused or cancelled. */
    isReplayPaused: (replayId: string): boolean =>
      options.replayRates.freeAt(replayId, clock.now()) === Number.POSITIVE_INFINITY,
    /** The requests to a connection now. */
    loadOf: (connectionId: string): RequestLoad => dispatcher.loadOf({ connectionId }),
    /** Held deliveries of a destination, or else of a whole connection; of neither: 0. */
    heldAt,
    /** The state of deliveries now, in all and by connection and destination, or of one of them. */
    state: states.show,
    /** Failed deliveries that a person has to decide about, by destination. */
    unresolved: states.unresolved,
    /** Unfinished deliveries by destination, counted now or a short time ago. */
    backlog,
  };
}

const stateOf = (reason: Reason) => (reason === 'breaker_open' ? 'tripped' : 'needs_attention');

function textOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
