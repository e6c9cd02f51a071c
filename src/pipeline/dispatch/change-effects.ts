import { type Clock, errorBackoffMs, pause } from '../../async/clock.ts';
import type { Catalog, StoredDocument, UnappliedChange } from '../../catalog/catalog.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { byItself } from '../../contract/by-itself.ts';
import type { Journal, Lease } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { OwnedConnections } from '../owned-connections.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Holds } from './holds/holds.ts';

type Options = {
  configuration: Configuration;
  catalog: Pick<Catalog, 'unapplied' | 'applied' | 'versions'>;
  journal: Pick<Journal, 'log'>;
  holds: Pick<Holds, 'apply' | 'store'>;
  dispatcher: Pick<Dispatcher, 'wake' | 'endPauses'>;
  authenticator: Pick<Authenticator, 'forget' | 'endPause'>;
  events: Pick<DeliveryEvents, 'on'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'configurationChanged'>;
  /** What is saved of other connections is applied by their owners. */
  ownConnections: OwnedConnections;
  /** Other nodes make changes as well: each is loaded with the revision that it has in the catalog. */
  isNode: boolean;
};

/** The connection that a change concerns. */
function connectionOf({ kind, id, document }: Pick<Unapplied, 'kind' | 'id' | 'document'>): string {
  if (kind === 'connection') return id;
  return (document?.body as { connectionId?: string } | undefined)?.connectionId ?? id; // loaded as a destination
}

/** A change, with the version before it; `document` is undefined when it is not stored any more. */
type Unapplied = UnappliedChange & { document: StoredDocument | undefined };

export type ChangeEffects = AsyncDisposable & {
  /** Continues with the changes of an earlier process, or of the last owner of a partition. */
  start(): Promise<void>;
};

/**
 * Applies saved changes of connections and destinations to stored data: deliveries stored as held are retried (those with
 * an unknown outcome stay; all of a deleted destination are cancelled), and those with enough failures for a smaller
 * `releaseAfter` leave their order. A hold ends whose cause the change may have removed. When a person resumes a
 * connection or destination, the pauses that its system asked for end.
 *
 * The catalog lists a change from its own transaction on until all of this is done, so that nothing is lost by a crash, a
 * stop or a full disk: an error is followed by another try after 1 s, doubling to 30 s, and a start continues.
 */
export function startChangeEffects(options: Options): ChangeEffects {
  const {
    configuration,
    catalog,
    journal,
    holds,
    dispatcher,
    authenticator,
    events,
    clock,
    telemetry,
    ownConnections,
  } = options;
  const waiting: Unapplied[] = [];
  /** Deleted destinations that may have deliveries stored as held. */
  const deleted = new Set<string>();
  let isToLoad = false;
  let running: Promise<void> | null = null;
  const end = new AbortController();

  let { documents: old } = configuration.snapshot;
  const stop = configuration.watch((snapshot, changes) => {
    const before = old;
    old = snapshot.documents;
    for (const { op, document } of changes) {
      const { kind, id, version, updatedBy } = document;
      telemetry.configurationChanged({ kind, id, version, op, by: updatedBy });
      if (kind === 'connection' && op === 'delete') authenticator.forget(id);
      if (kind !== 'destination' && kind !== 'connection') continue;
      const replaced = op === 'put' ? version - 1 : version;
      // Several changes made elsewhere can be heard of as one, the last.
      if (options.isNode) isToLoad = true;
      else if (replaced > 0 && updatedBy !== byItself.principal)
        waiting.push({ revision: snapshot.revision, kind, id, before: replaced, document: before[kind].get(id) });
    }
    run();
  });

  const stopObserving = events.on('orphaned', (destinationId) => {
    deleted.add(destinationId);
    run();
  });

  const isDue = () => !end.signal.aborted && (isToLoad || waiting.length > 0 || deleted.size > 0);

  function run() {
    running ??= drain().finally(() => {
      running = null;
      // Some came after the last look.
      if (isDue()) run();
    });
  }

  async function drain() {
    for (let failures = 0; isDue(); )
      try {
        await apply();
        failures = 0;
      } catch (error) {
        telemetry.failed(error, 'apply a change to stored deliveries');
        await pause(clock, errorBackoffMs(failures++), end.signal);
      }
  }

  /** Finds the stored changes of own connections that are not applied, up to the configuration that is known: one after it is heard of. */
  async function load() {
    isToLoad = false;
    try {
      for (const change of await catalog.unapplied()) {
        if (change.revision > configuration.snapshot.revision) continue;
        const [document] = await catalog.versions({ ...change, before: change.before + 1, limit: 1 });
        const isKnown = waiting.some(({ revision, id }) => revision === change.revision && id === change.id);
        if (isKnown || ownConnections.leaseOf(connectionOf({ ...change, document })) === null) continue;
        waiting.push({ ...change, document });
        const savedAt = Date.parse(configuration.snapshot.documents[change.kind].get(change.id)?.updatedAt ?? '9999');
        holds.apply({ ...change, before: document?.body }, savedAt);
      }
    } catch (error) {
      isToLoad = true;
      throw error;
    }
  }

  /** Applies all changes that wait now. Those of a connection that another node owns now are left to it. */
  async function apply() {
    if (isToLoad) await load();
    const all = waiting.map((change) => ({ change, lease: ownConnections.leaseOf(connectionOf(change)) }));
    const own = all.filter(({ lease }) => lease !== null);
    const touched = new Set(deleted);
    for (const { change } of own) for (const id of await applyOne(change)) touched.add(id);
    for (const id of touched) {
      if (end.signal.aborted) return;
      await release(id);
    }
    dispatcher.wake([...touched]);
    const done = own.filter(({ change, lease }) => ownConnections.leaseOf(connectionOf(change)) === lease);
    await catalog.applied(done.map(({ change: { document: _, ...change } }) => change));
    waiting.splice(0, all.length);
    // The connection may be owned again.
    if (done.length < own.length) isToLoad = true;
  }

  async function release(destinationId: string) {
    const destination = configuration.snapshot.documents.destination.get(destinationId);
    const wasDeleted = deleted.delete(destinationId);
    const { order } = destination?.body.settings ?? {};
    try {
      for (const lease of leasesOf(destination)) {
        await journal.log.release(lease, destinationId, clock.now(), destination === undefined ? 'all' : 'known');
        if (order?.releaseAfter != null) await journal.log.releaseOrder(lease, destinationId, order.releaseAfter);
      }
    } catch (error) {
      if (wasDeleted) deleted.add(destinationId);
      throw error;
    }
  }

  /** Of the partitions that may have deliveries of a destination: of a deleted one, its connection is not known any more. */
  function leasesOf(destination: StoredDocument | undefined): Lease[] {
    if (destination === undefined) return ownConnections.leases();
    const lease = ownConnections.leaseOf(destination.id);
    return lease === null ? [] : [lease];
  }

  /** Ends holds and pauses; returns the destinations that the change concerns. */
  async function applyOne({ kind, id, document }: Unapplied): Promise<Iterable<string>> {
    const { documents, destinationsOf } = configuration.snapshot;
    const after = documents[kind].get(id);
    const destinationIds = kind === 'destination' ? [id] : [...destinationsOf(id)];
    await holds.store(id, connectionOf({ kind, id, document }));
    const was = (document?.body as { status?: string } | undefined)?.status ?? 'enabled'; // both kinds have one
    if (after?.body.status !== 'enabled' || was === 'enabled') return destinationIds;
    if (kind === 'connection') await authenticator.endPause(id);
    await dispatcher.endPauses(kind === 'connection' ? id : null, destinationIds);
    return destinationIds;
  }

  return {
    async start() {
      // Not beside what is being applied, which it would put back.
      isToLoad = true;
      // A delivery in flight may be stored as held after its destination was deleted.
      for (const { destinationId, connectionId } of await journal.log.storedHeld())
        if (
          !configuration.snapshot.documents.destination.has(destinationId) &&
          ownConnections.leaseOf(connectionId) !== null
        )
          deleted.add(destinationId);
      run();
    },
    async [Symbol.asyncDispose]() {
      stop();
      stopObserving();
      end.abort();
      await running;
    },
  };
}
