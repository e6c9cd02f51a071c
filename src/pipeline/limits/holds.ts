import type { Clock } from '../../async/clock.ts';
import { missingCredentials, missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DeliveryQueue, Hold } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';

/** Why deliveries to a destination are held now; `probeAt`: when one may try whether the cause is gone. */
export type HoldState = { reason: Reason; detail: string | null; probeAt: number | null };

/**
 * The gates before the destinations. People close them in the catalogue (disabled, paused, without a credential that is
 * needed); traffic closes the gate of
 * a connection whose credentials were refused (`auth_rejected`) or which does not work (`breaker_open`). Closing and
 * opening writes one row, however many deliveries wait.
 */
export type Holds = {
  /** null: open. */
  closed(destinationId: string): HoldState | null;
  /** As they are now: it changes with them. */
  allClosed(): ReadonlyMap<string, HoldState>;
  /** When this process last saw the destination's gate open; 0: it never was closed here. */
  openedAt(destinationId: string): number;
  holdOf(connectionId: string): Hold | null;
  /** Called with the destinations whose gates may have moved. */
  watch(listener: (destinationIds: readonly string[]) => void): void;
  /**
   * Credentials were refused: closes the connection's gate, or sets the next probe of a closed one further away. What
   * left before the gate closed and is refused after it tells nothing new.
   */
  refuse(connectionId: string, detail: string, now: number): Promise<void>;
  /** The same for a connection that fails; the first probe is `openMs` away. One that is closed already keeps its reason. */
  trip(connectionId: string, detail: string, now: number, openMs: number): Promise<void>;
  /** A probe found out nothing new: sets the next one further away. `openMs`: of the connection's breaker. */
  postpone(connectionId: string, now: number, openMs?: number): Promise<void>;
  /**
   * A person wants to know now: the next delivery that is due tries whether the cause is gone. Answers whether traffic had
   * closed the gate.
   */
  probeNow(connectionId: string, now: number): Promise<boolean>;
  /** A person says that the cause is gone: opens it. The next failures close it again. Answers likewise. */
  reopen(connectionId: string): Promise<boolean>;
  /**
   * A request that began at `startedAt` shows that the cause is gone: ends the hold, if it has this reason and began before
   * the request. An older request tells nothing about the cause. Answers whether the hold ended.
   */
  admit(connectionId: string, reason: TrafficHold, startedAt: number): Promise<boolean>;
};

type TrafficHold = 'auth_rejected' | 'breaker_open';

/** When the first probe goes, doubling to the most: people mend credentials, but a peer comes back by itself. */
const pace = {
  auth_rejected: { firstMs: 30_000, mostMs: 30 * 60_000 },
  breaker_open: { firstMs: 30_000, mostMs: 5 * 60_000 },
};

export async function createHolds(options: {
  configuration: Configuration;
  queue: Pick<DeliveryQueue, 'holds' | 'saveHold' | 'removeHold'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'holdMoved'>;
}): Promise<Holds & Disposable> {
  const { configuration, queue, telemetry, clock } = options;
  const holds = new Map((await queue.holds()).map((hold) => [hold.scopeId, hold]));
  const openedAt = new Map<string, number>();
  const listeners: ((destinationIds: readonly string[]) => void)[] = [];
  const closed = survey(configuration.snapshot, holds);

  /** Looks at destinations anew whose gates may have moved. */
  function refresh(touched: readonly string[]) {
    if (touched.length === 0) return;
    const ids = [...new Set(touched)];
    for (const id of ids) {
      const found = closureOf(configuration.snapshot, holds, id);
      if (found !== null) closed.set(id, found);
      else if (closed.delete(id)) openedAt.set(id, clock.now());
    }
    for (const listener of listeners) listener(ids);
  }

  const unwatch = configuration.watch((snapshot, changes) => {
    const touched: string[] = [];
    for (const { document } of changes) {
      if (document.kind === 'destination') touched.push(document.id);
      if (document.kind !== 'connection') continue;
      touched.push(...snapshot.destinationsOf(document.id));
      // A saved change may have mended the credentials: the next delivery finds out.
      if (holds.delete(document.id))
        queue.removeHold(document.id).catch((error) => telemetry.failed(error, 'end a hold'));
    }
    refresh(touched);
  });

  async function close(
    connectionId: string,
    { reason, detail }: { reason: TrafficHold; detail: string },
    now: number,
    firstMs = pace[reason].firstMs,
  ) {
    const before = holds.get(connectionId);
    if (before !== undefined && now < before.probeAt) return;
    const isSame = before?.reason === reason;
    const probes = isSame ? before.probes + 1 : 0;
    const hold: Hold = {
      scopeId: connectionId,
      reason,
      detail,
      since: isSame ? before.since : now,
      probeAt: now + Math.min(firstMs * 2 ** probes, Math.max(firstMs, pace[reason].mostMs)),
      probes,
    };
    holds.set(connectionId, hold);
    refresh([...configuration.snapshot.destinationsOf(connectionId)]);
    telemetry.holdMoved(hold);
    await queue.saveHold(hold);
  }

  async function reopen(connectionId: string): Promise<boolean> {
    if (!holds.delete(connectionId)) return false;
    refresh([...configuration.snapshot.destinationsOf(connectionId)]);
    telemetry.holdMoved({ scopeId: connectionId, reason: null, detail: null });
    await queue.removeHold(connectionId);
    return true;
  }

  return {
    closed: (destinationId) => closed.get(destinationId) ?? null,
    allClosed: () => closed,
    openedAt: (destinationId) => openedAt.get(destinationId) ?? 0,
    holdOf: (connectionId) => holds.get(connectionId) ?? null,
    watch: (listener) => void listeners.push(listener),
    refuse: (connectionId, detail, now) => close(connectionId, { reason: 'auth_rejected', detail }, now),
    async trip(connectionId, detail, now, openMs) {
      const hold = holds.get(connectionId);
      if (hold !== undefined && hold.reason !== 'breaker_open') return close(connectionId, trafficHold(hold), now);
      await close(connectionId, { reason: 'breaker_open', detail }, now, openMs);
    },
    async postpone(connectionId, now, openMs) {
      const hold = holds.get(connectionId);
      if (hold === undefined) return;
      await close(connectionId, trafficHold(hold), now, hold.reason === 'breaker_open' ? openMs : undefined);
    },
    async probeNow(connectionId, now) {
      const hold = holds.get(connectionId);
      if (hold === undefined) return false;
      const due = { ...hold, probeAt: Math.min(hold.probeAt, now) };
      holds.set(connectionId, due);
      refresh([...configuration.snapshot.destinationsOf(connectionId)]);
      await queue.saveHold(due);
      return true;
    },
    reopen,
    async admit(connectionId, reason, startedAt) {
      const hold = holds.get(connectionId);
      return hold?.reason === reason && startedAt > hold.since ? reopen(connectionId) : false;
    },
    [Symbol.dispose]: unwatch,
  };
}

function trafficHold({ reason, detail }: Hold): { reason: TrafficHold; detail: string } {
  return { reason: reason === 'breaker_open' ? reason : 'auth_rejected', detail };
}

function survey(snapshot: Snapshot, holds: ReadonlyMap<string, Hold>): Map<string, HoldState> {
  const closed = new Map<string, HoldState>();
  for (const id of snapshot.documents.destination.keys()) {
    const found = closureOf(snapshot, holds, id);
    if (found !== null) closed.set(id, found);
  }
  return closed;
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
