import { isDeepStrictEqual } from 'node:util';
import { type Clock, isSetBack } from '../../../async/clock.ts';
import { sharedRun } from '../../../async/in-turn.ts';
import { createListeners } from '../../../async/listeners.ts';
import { fingerprint } from '../../../connections/fingerprint.ts';
import { missingCredentials, missingHeaderValues } from '../../../connections/missing-credentials.ts';
import type { ConnectionBody } from '../../../contract/documents/connection.ts';
import type { DestinationBody } from '../../../contract/documents/destination.ts';
import { withoutText } from '../../../contract/erased-text.ts';
import { AppError } from '../../../contract/errors.ts';
import type { Reason } from '../../../contract/records/delivery.ts';
import type { DeliveryQueue, Hold } from '../../../journal/journal.ts';
import type { Notes } from '../../../notes/notes.ts';
import type { Telemetry } from '../../../telemetry/telemetry.ts';
import type { OwnedConnections } from '../../owned-connections.ts';
import { settingsOf } from '../../snapshot/effective-settings.ts';
import type { Configuration, Snapshot } from '../../snapshot/snapshot.ts';
import { firstProbeAfter, nextProbeAt } from '../circuit-breaker.ts';
import { type HoldEnds, loadHoldEnds } from './hold-ends.ts';

/**
 * Why deliveries to a destination are held now. `probeAt`: when a probe may test whether the cause is gone. `scopeId`: the
 * connection or destination that responses hold.
 */
export type HoldState = { reason: Reason; detail: string | null; probeAt: number | null; scopeId?: string };

export type Holds = Awaited<ReturnType<typeof createHolds>>;

/** The present holds, which change with time. */
type LiveHolds = {
  /** The destinations that are held, and why. */
  byDestination: ReadonlyMap<string, HoldState>;
  /** When the last hold of a destination ended. */
  endedAt: ReadonlyMap<string, number>;
  /** The holds that responses set, by connection or destination. */
  byTraffic: ReadonlyMap<string, Hold>;
};

type TrafficHold = 'auth_rejected' | 'breaker_open';

/**
 * After refused credentials, the wait for the first probe, which doubles up to `mostMs`: a person has to replace the
 * credentials. An open breaker is probed sooner, since a peer recovers on its own: see circuit-breaker.ts.
 */
const authPace = { firstMs: 30_000, mostMs: 30 * 60_000 };

/** The greatest value of the setting `openMs`. */
const openMsMax = 3_600_000;

/**
 * Whether a probe may be sent. A time that is further away than any wait is of a clock that was set back since, or of a
 * longer `openMs`.
 */
export function isProbeDue(
  { reason, probeAt }: Pick<HoldState, 'reason' | 'probeAt'>,
  now: number,
  openMs = openMsMax,
): boolean {
  if (probeAt === null) return false;
  return probeAt <= now || probeAt - now > (reason === 'breaker_open' ? openMs : authPace.mostMs);
}

/** A changed connection or destination; `before`: as it was, if that is still known. */
export type ChangedScope = { kind: 'connection' | 'destination'; id: string; before: unknown };

/** A request whose outcome is known. */
type RequestTimes = { startedAt: number; now: number };

type HoldsOptions = {
  configuration: Configuration;
  queue: Pick<DeliveryQueue, 'holds' | 'saveHold' | 'removeHold'>;
  notes: Pick<Notes, 'list' | 'save'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'holdMoved'>;
  /** The holds of other connections are their owners'. */
  ownConnections: OwnedConnections;
};

/**
 * The holds on destinations. People set them in the catalog (disabled, paused, a missing credential, all of them held).
 * Responses hold a connection whose credentials were refused (`auth_rejected`), and a connection or a destination whose
 * circuit breaker opened (`breaker_open`). Setting or removing a hold writes one row, however many deliveries wait.
 */
export async function createHolds(options: HoldsOptions) {
  const { configuration, queue, telemetry, clock, ownConnections } = options;
  const holds = new Map((await queue.holds()).map((hold) => [hold.scopeId, hold]));
  const isOwn = (scopeId: string): boolean => ownConnections.leaseOf(scopeId) !== null;
  const ends = await loadHoldEnds({ ...options, isOwn });
  const { byDestination, refresh, watch } = destinationHolds(holds, ends, options);
  const live: LiveHolds = { byDestination, endedAt: ends.endedAt, byTraffic: holds };

  let before = configuration.snapshot.documents;
  const unwatch = configuration.watch(({ documents }, changes) => {
    const touched: string[] = [];
    for (const { document } of changes) {
      const { kind, id } = document;
      if (kind === 'settings') touched.push(...documents.destination.keys());
      if (kind !== 'destination' && kind !== 'connection') continue;
      touched.push(...move({ kind, id, before: before[kind].get(id)?.body }));
    }
    before = documents;
    refresh(touched);
  });

  /**
   * What a saved change means for the holds that began before `until`, in memory: one whose cause may be gone ends, or
   * its next due delivery is a probe. Returns the destinations that it concerns.
   */
  function move({ kind, id, before }: ChangedScope, until = Number.POSITIVE_INFINITY): string[] {
    const { documents, destinationsOf } = configuration.snapshot;
    const found = (scopeId: string) => {
      const hold = holds.get(scopeId);
      return hold !== undefined && hold.since < until ? hold : undefined;
    };
    const makeDue = (hold: Hold | undefined) => {
      if (hold !== undefined) hold.probeAt = Math.min(hold.probeAt, clock.now());
    };
    const hold = found(id);
    if (kind === 'destination') {
      const after = documents.destination.get(id)?.body;
      if (after === undefined) holds.delete(id);
      else if (!isOwn(id)) return [id];
      else if (isRepaired(before as DestinationBody | undefined, after)) makeDue(hold); // by its kind
      return [id];
    }
    const destinationIds = [...destinationsOf(id)];
    if (!isOwn(id)) return destinationIds;
    const bodies = [before as ConnectionBody | undefined, documents.connection.get(id)?.body] as const; // by its kind
    if (hold !== undefined && mayHaveEnded(hold.reason, ...bodies)) holds.delete(id);
    if (mayHaveEnded('breaker_open', ...bodies)) for (const one of destinationIds) makeDue(found(one));
    return destinationIds;
  }

  /** Stores a hold, or that there is none. false, and nothing, when another node has become the owner of its connection. */
  async function write(scopeId: string, within = scopeId): Promise<boolean> {
    const lease = ownConnections.leaseOf(within);
    const hold = holds.get(scopeId);
    if (lease === null) return false;
    return hold === undefined ? queue.removeHold(lease, scopeId) : queue.saveHold(lease, { ...hold });
  }

  /** The destinations that a hold of this connection or destination keeps. */
  function within(scopeId: string): Iterable<string> {
    const { snapshot } = configuration;
    return snapshot.documents.destination.has(scopeId) ? [scopeId] : snapshot.destinationsOf(scopeId);
  }

  /** A connection with the destinations that have holds of their own. */
  function scopesOf(connectionId: string): string[] {
    const own = [connectionId, ...configuration.snapshot.destinationsOf(connectionId)];
    return own.filter((scopeId) => holds.has(scopeId));
  }

  async function close(hold: Hold) {
    holds.set(hold.scopeId, hold);
    refresh(within(hold.scopeId));
    telemetry.holdMoved(hold);
    await write(hold.scopeId);
  }

  async function reopen(scopeId: string): Promise<boolean> {
    if (!holds.delete(scopeId)) return false;
    refresh(within(scopeId));
    telemetry.holdMoved({ scopeId, reason: null, detail: null });
    await write(scopeId);
    return true;
  }

  async function postpone(scopeId: string, { startedAt, now }: RequestTimes, openMs: number): Promise<void> {
    const hold = holds.get(scopeId);
    if (hold === undefined || !isProbeDue(hold, now, openMs)) return;
    hold.probes += 1;
    // A clock that was set back leaves no time in the future.
    hold.since = Math.min(hold.since, now);
    hold.probeAt =
      hold.reason === 'breaker_open'
        ? nextProbeAt({ since: hold.since, startedAt, now }, { openMs })
        : now + Math.min(authPace.firstMs * 2 ** hold.probes, authPace.mostMs);
    await write(scopeId);
  }

  return {
    ...live,
    /** Called with the destinations whose holds may have changed. An error of a listener is reported, and ends there. */
    watch,
    /**
     * Credentials were refused: holds the connection, or postpones the next probe of one that is held. The refusal of a
     * request from before the hold says nothing new. `openMs`: of the connection's breaker.
     */
    async refuse(connectionId: string, detail: string, times: RequestTimes, openMs: number): Promise<void> {
      const hold = holds.get(connectionId);
      const { now } = times;
      if (hold !== undefined && !isProbeDue(hold, now, openMs)) return;
      if (hold?.reason === 'auth_rejected') {
        hold.detail = detail;
        return postpone(connectionId, times, openMs);
      }
      const probeAt = now + authPace.firstMs;
      await close({ scopeId: connectionId, reason: 'auth_rejected', detail, since: now, probeAt, probes: 0 });
    },
    /** Its circuit breaker opens: holds a connection or destination. One that is held already keeps its reason. */
    async trip(scopeId: string, detail: string, times: RequestTimes, openMs: number): Promise<void> {
      const { now } = times;
      if (holds.has(scopeId)) return postpone(scopeId, times, openMs);
      const probeAt = now + firstProbeAfter({ openMs });
      await close({ scopeId, reason: 'breaker_open', detail, since: now, probeAt, probes: 0 });
    },
    /** A probe did not end the hold: postpones the next one. `openMs`: of the connection's breaker. */
    postpone,
    /**
     * The number of enabled destinations of a connection whose own breakers are open, if that is most of them, two at
     * least, and none of the others `isWell`; else null.
     */
    mostFail(connectionId: string, isWell: (destinationId: string) => boolean): { failing: number; of: number } | null {
      const { documents, destinationsOf } = configuration.snapshot;
      let failing = 0;
      let of = 0;
      for (const id of destinationsOf(connectionId)) {
        if (documents.destination.get(id)?.body.status !== 'enabled') continue;
        of += 1;
        if (holds.has(id)) failing += 1;
        else if (isWell(id)) return null;
      }
      return failing >= 2 && failing > of / 2 ? { failing, of } : null;
    },
    /**
     * A person requests a probe of a connection and its destinations: the next due delivery tests whether the cause is
     * gone. Returns whether responses had set a hold.
     */
    async probeNow(connectionId: string, now: number): Promise<boolean> {
      const scopes = scopesOf(connectionId).flatMap((scopeId) => holds.get(scopeId) ?? []);
      for (const hold of scopes) hold.probeAt = Math.min(hold.probeAt, now);
      if (scopes.length > 0) refresh(configuration.snapshot.destinationsOf(connectionId));
      await Promise.all(scopes.map(({ scopeId }) => write(scopeId)));
      return scopes.length > 0;
    },
    /**
     * A person declares the cause gone: removes the holds of a connection and its destinations. The next failures set them
     * again. Returns as `probeNow` does.
     */
    async reopen(connectionId: string): Promise<boolean> {
      const reopened = await Promise.all(scopesOf(connectionId).map(reopen));
      return reopened.length > 0;
    },
    /**
     * A request that began at `startedAt` shows that the cause is gone: ends the hold, if it has this reason and began
     * before the request. An older request says nothing about the cause. When the clock was set back since, any
     * request ends it. Returns whether the hold ended.
     */
    async admit(scopeId: string, reason: TrafficHold, startedAt: number): Promise<boolean> {
      const hold = holds.get(scopeId);
      if (hold?.reason !== reason) return false;
      return startedAt > hold.since || isSetBack(hold.since, clock.now()) ? reopen(scopeId) : false;
    },
    /** A change that an earlier process saved at `savedAt`: what it means for the holds from before, in memory. */
    apply: (change: ChangedScope, savedAt: number): void => refresh(move(change, savedAt)),
    /**
     * Stores what a saved change of a connection, or of a destination of one, meant for holds. Durable when it resolves. Throws
     * AppError `unavailable` when another node has become the owner.
     */
    async store(scopeId: string, connectionId: string): Promise<void> {
      const held = [...within(scopeId)].filter((one) => one !== scopeId && holds.has(one));
      const stored = await Promise.all([scopeId, ...held].map((one) => write(one, connectionId)));
      if (stored.includes(false)) throw new AppError('unavailable', 'Another node owns the connection now.');
    },
    /** Removes the text of an erased visitor from the reasons of holds. */
    async erase(text: string): Promise<void> {
      for (const hold of holds.values()) {
        const { detail } = withoutText({ detail: hold.detail }, text);
        if (detail === hold.detail) continue;
        hold.detail = detail;
        refresh(within(hold.scopeId));
        await write(hold.scopeId);
      }
    },
    /** Reads the holds that the owners of other connections have stored. */
    follow: sharedRun(async () => {
      const stored = new Map((await queue.holds()).map((hold) => [hold.scopeId, hold]));
      const touched: string[] = [];
      for (const scopeId of new Set([...holds.keys(), ...stored.keys()])) {
        const hold = stored.get(scopeId);
        if (isOwn(scopeId) || isDeepStrictEqual(hold, holds.get(scopeId))) continue;
        if (hold === undefined) holds.delete(scopeId);
        else holds.set(scopeId, hold);
        touched.push(...within(scopeId));
      }
      refresh(touched);
    }),
    /** Reads when the holds ended that other nodes had: to call before this node owns their destinations. */
    followEnds: ends.follow,
    [Symbol.dispose]: unwatch,
  };
}

/**
 * Whether a saved change of a connection may have removed the cause of its hold, so that the next delivery tests it: a
 * new address, or another of the values that authenticate a request; for a circuit breaker, also the other settings and
 * the status, but not a new name.
 */
function mayHaveEnded(reason: Reason, before?: ConnectionBody, after?: ConnectionBody): boolean {
  if (before === undefined || after === undefined) return true;
  const causes = ({ name: _, description: __, ...body }: ConnectionBody): object => {
    if (reason === 'breaker_open') return body;
    const { auth, baseUrl, port, settings } = body;
    const { headers, tls, proxy, signing } = settings;
    return { auth, baseUrl, port, headers, tls, proxy, signing };
  };
  return fingerprint(causes(before)) !== fingerprint(causes(after));
}

/** Whether a saved change of a destination may have removed the cause of its failures: another field than its texts. */
function isRepaired(before?: DestinationBody, after?: DestinationBody): boolean {
  if (before === undefined || after === undefined) return true;
  const causes = ({ name: _, description: __, ...body }: DestinationBody): object => body;
  return fingerprint(causes(before)) !== fingerprint(causes(after));
}

/** The hold of each destination: of its connection or its own by responses (`holds`), or by the configuration. */
function destinationHolds(
  holds: ReadonlyMap<string, Hold>,
  ends: HoldEnds,
  { configuration, telemetry }: HoldsOptions,
) {
  const byDestination = new Map<string, HoldState>();
  const listeners = createListeners<[destinationIds: readonly string[]]>((error) =>
    telemetry.failed(error, 'apply a change of a hold'),
  );

  /** Determines the holds of destinations again that may have changed. */
  function refresh(touched: Iterable<string>) {
    const ids = [...new Set(touched)];
    if (ids.length === 0) return;
    for (const id of ids) {
      const found = closureOf(configuration.snapshot, holds, id);
      if (found !== null) byDestination.set(id, found);
      else if (byDestination.delete(id)) ends.ended(id);
      if (!configuration.snapshot.documents.destination.has(id)) ends.forget(id);
    }
    listeners.tell(ids);
  }

  refresh(configuration.snapshot.documents.destination.keys());
  return { byDestination, refresh, watch: listeners.add };
}

function closureOf(snapshot: Snapshot, holds: ReadonlyMap<string, Hold>, destinationId: string): HoldState | null {
  const destination = snapshot.documents.destination.get(destinationId);
  if (destination === undefined) return null;
  if (settingsOf(snapshot).deliveries.held) return { reason: 'all_held', detail: null, probeAt: null };
  const connection = snapshot.documents.connection.get(destination.body.connectionId);
  if (connection !== undefined && connection.body.status !== 'enabled')
    return { reason: `connection_${connection.body.status}`, detail: null, probeAt: null };
  if (destination.body.status !== 'enabled')
    return { reason: `destination_${destination.body.status}`, detail: null, probeAt: null };
  const missing =
    (connection === undefined ? null : missingCredentials(connection.body)) ??
    missingHeaderValues(destination.body.settings.headers);
  if (missing !== null) return { reason: 'credentials_missing', detail: missing, probeAt: null };
  // The stored hold itself: a postponed probe needs no other change.
  return holds.get(destination.body.connectionId) ?? holds.get(destinationId) ?? null;
}
