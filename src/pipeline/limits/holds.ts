import type { Clock } from '../../async/clock.ts';
import { missingCredentials, missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DeliveryQueue, Gate } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';

/** Why deliveries to a destination are held now; `probeAt`: when one may try whether the cause is gone. */
export type Closed = { reason: Reason; detail: string | null; probeAt: number | null };

/**
 * The gates before the destinations. People close them in the catalogue (disabled, paused, without a credential that is
 * needed); traffic closes the gate of
 * a connection whose credentials were refused (`auth_rejected`) or which does not work (`breaker_open`). Closing and
 * opening writes one row, however many deliveries wait.
 */
export type Gates = {
  /** null: open. */
  closed(destinationId: string): Closed | null;
  /** As they are now: it changes with them. */
  allClosed(): ReadonlyMap<string, Closed>;
  /** When this process last saw the destination's gate open; 0: it never was closed here. */
  openedAt(destinationId: string): number;
  gateOf(connectionId: string): Gate | null;
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
  admit(connectionId: string, reason: ClosedByTraffic, startedAt: number): Promise<boolean>;
};

type ClosedByTraffic = 'auth_rejected' | 'breaker_open';

/** When the first probe goes, doubling to the most: people mend credentials, but a peer comes back by itself. */
const pace = {
  auth_rejected: { firstMs: 30_000, mostMs: 30 * 60_000 },
  breaker_open: { firstMs: 30_000, mostMs: 5 * 60_000 },
};

export async function createGates(options: {
  configuration: Configuration;
  queue: Pick<DeliveryQueue, 'gates' | 'saveGate' | 'removeGate'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'gateMoved'>;
}): Promise<Gates & Disposable> {
  const { configuration, queue, telemetry, clock } = options;
  const gates = new Map((await queue.gates()).map((gate) => [gate.scopeId, gate]));
  const openedAt = new Map<string, number>();
  const listeners: ((destinationIds: readonly string[]) => void)[] = [];
  const closed = survey(configuration.snapshot, gates);

  /** Looks at destinations anew whose gates may have moved. */
  function refresh(touched: readonly string[]) {
    if (touched.length === 0) return;
    const ids = [...new Set(touched)];
    for (const id of ids) {
      const found = closureOf(configuration.snapshot, gates, id);
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
      if (gates.delete(document.id))
        queue.removeGate(document.id).catch((error) => telemetry.failed(error, 'open a gate'));
    }
    refresh(touched);
  });

  async function close(
    connectionId: string,
    { reason, detail }: { reason: ClosedByTraffic; detail: string },
    now: number,
    firstMs = pace[reason].firstMs,
  ) {
    const before = gates.get(connectionId);
    if (before !== undefined && now < before.probeAt) return;
    const isSame = before?.reason === reason;
    const probes = isSame ? before.probes + 1 : 0;
    const gate: Gate = {
      scopeId: connectionId,
      reason,
      detail,
      since: isSame ? before.since : now,
      probeAt: now + Math.min(firstMs * 2 ** probes, Math.max(firstMs, pace[reason].mostMs)),
      probes,
    };
    gates.set(connectionId, gate);
    refresh([...configuration.snapshot.destinationsOf(connectionId)]);
    telemetry.gateMoved(gate);
    await queue.saveGate(gate);
  }

  async function reopen(connectionId: string): Promise<boolean> {
    if (!gates.delete(connectionId)) return false;
    refresh([...configuration.snapshot.destinationsOf(connectionId)]);
    telemetry.gateMoved({ scopeId: connectionId, reason: null, detail: null });
    await queue.removeGate(connectionId);
    return true;
  }

  return {
    closed: (destinationId) => closed.get(destinationId) ?? null,
    allClosed: () => closed,
    openedAt: (destinationId) => openedAt.get(destinationId) ?? 0,
    gateOf: (connectionId) => gates.get(connectionId) ?? null,
    watch: (listener) => void listeners.push(listener),
    refuse: (connectionId, detail, now) => close(connectionId, { reason: 'auth_rejected', detail }, now),
    async trip(connectionId, detail, now, openMs) {
      const gate = gates.get(connectionId);
      if (gate !== undefined && gate.reason !== 'breaker_open') return close(connectionId, trafficGate(gate), now);
      await close(connectionId, { reason: 'breaker_open', detail }, now, openMs);
    },
    async postpone(connectionId, now, openMs) {
      const gate = gates.get(connectionId);
      if (gate === undefined) return;
      await close(connectionId, trafficGate(gate), now, gate.reason === 'breaker_open' ? openMs : undefined);
    },
    async probeNow(connectionId, now) {
      const gate = gates.get(connectionId);
      if (gate === undefined) return false;
      const due = { ...gate, probeAt: Math.min(gate.probeAt, now) };
      gates.set(connectionId, due);
      refresh([...configuration.snapshot.destinationsOf(connectionId)]);
      await queue.saveGate(due);
      return true;
    },
    reopen,
    async admit(connectionId, reason, startedAt) {
      const gate = gates.get(connectionId);
      return gate?.reason === reason && startedAt > gate.since ? reopen(connectionId) : false;
    },
    [Symbol.dispose]: unwatch,
  };
}

function trafficGate({ reason, detail }: Gate): { reason: ClosedByTraffic; detail: string } {
  return { reason: reason === 'breaker_open' ? reason : 'auth_rejected', detail };
}

function survey(snapshot: Snapshot, gates: ReadonlyMap<string, Gate>): Map<string, Closed> {
  const closed = new Map<string, Closed>();
  for (const id of snapshot.documents.destination.keys()) {
    const found = closureOf(snapshot, gates, id);
    if (found !== null) closed.set(id, found);
  }
  return closed;
}

function closureOf(snapshot: Snapshot, gates: ReadonlyMap<string, Gate>, destinationId: string): Closed | null {
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
  const gate = gates.get(destination.body.connectionId);
  return gate === undefined ? null : { reason: gate.reason, detail: gate.detail, probeAt: gate.probeAt };
}
