import { type Clock, isSetBack } from '../../async/clock.ts';
import { createListeners } from '../../async/listeners.ts';
import { fingerprint } from '../../connections/fingerprint.ts';
import { missingCredentials, missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DeliveryQueue, Hold } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';

/** Why deliveries to a destination are held now; `probeAt`: when a probe may test whether the cause is gone. */
export type HoldState = { reason: Reason; detail: string | null; probeAt: number | null };

export type Holds = Awaited<ReturnType<typeof createHolds>>;

/** The present holds, which change with time. */
type LiveHolds = {
  /** The destinations that are held, and why. */
  closed: ReadonlyMap<string, HoldState>;
  /** When this process last saw a hold of a destination end. */
  openedAt: ReadonlyMap<string, number>;
  /** The holds that responses set, by connection. */
  ofConnections: ReadonlyMap<string, Hold>;
};

type TrafficHold = 'auth_rejected' | 'breaker_open';
type Cause = { reason: TrafficHold; detail: string };

/**
 * The time to the first probe, which doubles up to the most: people replace credentials, but a peer recovers on its
 * own.
 */
const pace = {
  auth_rejected: { firstMs: 30_000, mostMs: 30 * 60_000 },
  breaker_open: { firstMs: 30_000, mostMs: 5 * 60_000 },
};

/** No wait for a probe is longer: `openMs` is at most an hour. */
const probeWaitMostMs = 3_600_000;

/** Whether a probe may be sent. A time that is further away than any wait is of a clock that was set back since. */
export function isProbeDue(probeAt: number, now: number): boolean {
  return probeAt <= now || probeAt - now > probeWaitMostMs;
}

type HoldsOptions = {
  configuration: Configuration;
  queue: Pick<DeliveryQueue, 'holds' | 'saveHold' | 'removeHold'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'holdMoved'>;
};

/**
 * The holds on destinations. People set them in the catalog (disabled, paused, a missing credential). Responses set the
 * hold of a connection: its credentials were refused (`auth_rejected`), or its circuit breaker opened (`breaker_open`).
 * Setting or removing a hold writes one row, however many deliveries wait.
 */
export async function createHolds(options: HoldsOptions) {
  const { configuration, queue, telemetry, clock } = options;
  const holds = new Map((await queue.holds()).map((hold) => [hold.scopeId, hold]));
  const { closed, openedAt, refresh, watch } = destinationHolds(holds, options);
  const live: LiveHolds = { closed, openedAt, ofConnections: holds };

  let connections = configuration.snapshot.documents.connection;
  const unwatch = configuration.watch((snapshot, changes) => {
    const before = connections;
    connections = snapshot.documents.connection;
    const touched: string[] = [];
    for (const { document } of changes) {
      const { kind, id } = document;
      if (kind === 'destination') touched.push(id);
      if (kind !== 'connection') continue;
      touched.push(...snapshot.destinationsOf(id));
      const hold = holds.get(id);
      if (hold === undefined || !mayHaveEnded(hold, before.get(id)?.body, connections.get(id)?.body)) continue;
      holds.delete(id);
      queue.removeHold(id).catch((error) => telemetry.failed(error, 'end a hold'));
    }
    refresh(touched);
  });

  async function close(connectionId: string, cause: Cause, now: number, firstMs?: number) {
    const before = holds.get(connectionId);
    if (before !== undefined && !isProbeDue(before.probeAt, now)) return;
    const hold = { scopeId: connectionId, ...holdAfter(before, cause, now, firstMs) };
    holds.set(connectionId, hold);
    refresh(configuration.snapshot.destinationsOf(connectionId));
    telemetry.holdMoved(hold);
    await queue.saveHold(hold);
  }

  async function reopen(connectionId: string): Promise<boolean> {
    if (!holds.delete(connectionId)) return false;
    refresh(configuration.snapshot.destinationsOf(connectionId));
    telemetry.holdMoved({ scopeId: connectionId, reason: null, detail: null });
    await queue.removeHold(connectionId);
    return true;
  }

  return {
    ...live,
    /** Called with the destinations whose holds may have changed. An error of a listener is reported, and ends there. */
    watch,
    /**
     * Credentials were refused: holds the connection, or postpones the next probe of one that is held. The refusal of a
     * request from before the hold says nothing new.
     */
    refuse: (connectionId: string, detail: string, now: number): Promise<void> =>
      close(connectionId, { reason: 'auth_rejected', detail }, now),
    /** Holds a connection that fails; the first probe is `openMs` away. One that is held already keeps its reason. */
    async trip(connectionId: string, detail: string, now: number, openMs: number): Promise<void> {
      const hold = holds.get(connectionId);
      if (hold !== undefined && hold.reason !== 'breaker_open') return close(connectionId, trafficHold(hold), now);
      await close(connectionId, { reason: 'breaker_open', detail }, now, openMs);
    },
    /** A probe had no new result: postpones the next one. `openMs`: of the connection's breaker. */
    async postpone(connectionId: string, now: number, openMs?: number): Promise<void> {
      const hold = holds.get(connectionId);
      if (hold === undefined) return;
      await close(connectionId, trafficHold(hold), now, hold.reason === 'breaker_open' ? openMs : undefined);
    },
    /**
     * A person requests a probe: the next due delivery tests whether the cause is gone. Returns whether responses had set
     * a hold.
     */
    async probeNow(connectionId: string, now: number): Promise<boolean> {
      const hold = holds.get(connectionId);
      if (hold === undefined) return false;
      const due = { ...hold, probeAt: Math.min(hold.probeAt, now) };
      holds.set(connectionId, due);
      refresh(configuration.snapshot.destinationsOf(connectionId));
      await queue.saveHold(due);
      return true;
    },
    /** A person declares the cause gone: removes the hold. The next failures set it again. Returns as `probeNow` does. */
    reopen,
    /**
     * A request that began at `startedAt` shows that the cause is gone: ends the hold, if it has this reason and began
     * before the request. An older request says nothing about the cause. When the clock was set back since, any
     * request ends it. Returns whether the hold ended.
     */
    async admit(connectionId: string, reason: TrafficHold, startedAt: number): Promise<boolean> {
      const hold = holds.get(connectionId);
      if (hold?.reason !== reason) return false;
      return startedAt > hold.since || isSetBack(hold.since, clock.now()) ? reopen(connectionId) : false;
    },
    [Symbol.dispose]: unwatch,
  };
}

/**
 * Whether a saved change of a connection may have removed the cause of its hold, so that the next delivery tests it: a
 * new address, or another of the values that authenticate a request; for a circuit breaker, also the other settings and
 * the status, but not a new name.
 */
function mayHaveEnded({ reason }: Hold, before?: ConnectionBody, after?: ConnectionBody): boolean {
  if (before === undefined || after === undefined) return true;
  const causes = ({ name: _, description: __, ...body }: ConnectionBody): object => {
    if (reason === 'breaker_open') return body;
    const { auth, baseUrl, port, settings } = body;
    const { headers, tls, proxy, signing } = settings;
    return { auth, baseUrl, port, headers, tls, proxy, signing };
  };
  return fingerprint(causes(before)) !== fingerprint(causes(after));
}

/** The hold of each destination: of its connection by responses (`holds`), or by the configuration. */
function destinationHolds(holds: ReadonlyMap<string, Hold>, { configuration, clock, telemetry }: HoldsOptions) {
  const closed = new Map<string, HoldState>();
  const openedAt = new Map<string, number>();
  const listeners = createListeners<[destinationIds: readonly string[]]>((error) =>
    telemetry.failed(error, 'apply a change of a hold'),
  );

  /** Determines the holds of destinations again that may have changed. */
  function refresh(touched: Iterable<string>) {
    const ids = [...new Set(touched)];
    if (ids.length === 0) return;
    for (const id of ids) {
      const found = closureOf(configuration.snapshot, holds, id);
      if (found !== null) closed.set(id, found);
      else if (closed.delete(id)) openedAt.set(id, clock.now());
      if (!configuration.snapshot.documents.destination.has(id)) openedAt.delete(id);
    }
    listeners.tell(ids);
  }

  refresh(configuration.snapshot.documents.destination.keys());
  return { closed, openedAt, refresh, watch: listeners.add };
}

function trafficHold({ reason, detail }: Hold): Cause {
  return { reason: reason === 'breaker_open' ? reason : 'auth_rejected', detail };
}

/** A new hold, or one whose probe failed too: each time for the same reason doubles the time to the next probe. */
function holdAfter(before: Hold | undefined, { reason, detail }: Cause, now: number, firstMs = pace[reason].firstMs) {
  const isSame = before?.reason === reason;
  const probes = isSame ? before.probes + 1 : 0;
  const probeAt = now + Math.min(firstMs * 2 ** probes, Math.max(firstMs, pace[reason].mostMs));
  return { reason, detail, since: isSame ? before.since : now, probeAt, probes };
}

function closureOf(snapshot: Snapshot, holds: ReadonlyMap<string, Hold>, destinationId: string): HoldState | null {
  const destination = snapshot.documents.destination.get(destinationId);
  if (destination === undefined) return null;
  const connection = snapshot.documents.connection.get(destination.body.connectionId);
  if (connection !== undefined && connection.body.status !== 'enabled')
    return { reason: `connection_${connection.body.status}`, detail: null, probeAt: null };
  if (destination.body.status !== 'enabled')
    return { reason: `destination_${destination.body.status}`, detail: null, probeAt: null };
  const missing =
    (connection === undefined ? null : missingCredentials(connection.body)) ??
    missingHeaderValues(destination.body.settings.headers);
  if (missing !== null) return { reason: 'credentials_missing', detail: missing, probeAt: null };
  const hold = holds.get(destination.body.connectionId);
  return hold === undefined ? null : { reason: hold.reason, detail: hold.detail, probeAt: hold.probeAt };
}
