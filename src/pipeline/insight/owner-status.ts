import { sharedRun } from '../../async/in-turn.ts';
import { type Authenticator, AuthorizedConnection } from '../../connections/authenticator.ts';
import type { ConnectionBody, RequestLoad } from '../../contract/documents/connection.ts';
import type { Lease, Statuses } from '../../journal/journal.ts';
import type { Dispatching } from '../dispatch/dispatchers.ts';
import type { QueueInFlight } from '../dispatch/in-flight.ts';
import type { Block } from '../dispatch/limits.ts';
import { noLoad } from '../dispatch/request-load.ts';
import type { ConnectionsOfNode } from '../owned-connections.ts';
import type { Configuration, Document } from '../snapshot/snapshot.ts';

/** What the owner of a connection knows of it and of its queues, as stored for the other nodes. */
type OwnerStatus = {
  load: RequestLoad;
  tokenExpiresAt: number | null;
  tokenPause: { until: number; detail: string } | null;
  destinations: Record<string, { load: RequestLoad; block: Block | null; inFlight: QueueInFlight[] }>;
};

type Shown = Pick<Dispatching, 'isSending' | 'inFlightByQueue' | 'blockOf' | 'loadOf'>;
type Tokens = Pick<Authenticator, 'tokenExpiresAt' | 'pauseOf'>;

/** No delivery: the limit that delays the last one of a queue. */
const lastOfQueue = '';

/**
 * The state of all queues: that of own connections as the dispatcher has it, that of others as their owners have stored it.
 */
export function sharedStatus(options: {
  configuration: Pick<Configuration, 'snapshot'>;
  statuses: Statuses;
  ownConnections: ConnectionsOfNode;
  dispatcher: Shown;
  authenticator: Tokens;
}) {
  const { configuration, statuses, ownConnections, dispatcher, authenticator } = options;
  let others = new Map<string, OwnerStatus>();
  /** The texts that are stored for own connections. */
  const stored = new Map<string, string>();

  function statusOf(
    connection: Document<ConnectionBody>,
    flying: ReadonlyMap<string, QueueInFlight[]>,
  ): OwnerStatus | null {
    const { id } = connection;
    const token = new AuthorizedConnection(connection);
    const destinations: OwnerStatus['destinations'] = {};
    for (const destinationId of configuration.snapshot.destinationsOf(id)) {
      const load = dispatcher.loadOf({ destinationId });
      const block = dispatcher.blockOf({ id: lastOfQueue, destinationId, replayId: null });
      const inFlight = flying.get(destinationId) ?? [];
      if (load !== noLoad || block !== null || inFlight.length > 0)
        destinations[destinationId] = { load, block, inFlight };
    }
    const tokenExpiresAt = authenticator.tokenExpiresAt(token);
    const tokenPause = authenticator.pauseOf(token);
    if (Object.keys(destinations).length === 0 && tokenExpiresAt === null && tokenPause === null) return null;
    return { load: dispatcher.loadOf({ connectionId: id }), tokenExpiresAt, tokenPause, destinations };
  }

  const of = (connectionId: string) =>
    ownConnections.leaseOf(connectionId) === null ? (others.get(connectionId) ?? null) : null;
  const isOwn = (scopeId: string) => ownConnections.leaseOf(scopeId) !== null;

  function at(destinationId: string): OwnerStatus['destinations'][string] | undefined {
    const { documents } = configuration.snapshot;
    const connectionId = documents.destination.get(destinationId)?.body.connectionId ?? '';
    return of(connectionId)?.destinations[destinationId];
  }

  /** In flight at other owners. */
  function* inFlightElsewhere(): Generator<QueueInFlight> {
    for (const [connectionId, { destinations }] of others)
      if (!isOwn(connectionId)) for (const { inFlight } of Object.values(destinations)) yield* inFlight;
  }

  const dispatching: Shown = {
    isSending: (id) => dispatcher.isSending(id) || inFlightElsewhere().some(({ ids }) => ids.includes(id)),
    inFlightByQueue: () => [...dispatcher.inFlightByQueue(), ...inFlightElsewhere()],
    blockOf: (delivery) =>
      isOwn(delivery.destinationId) ? dispatcher.blockOf(delivery) : (at(delivery.destinationId)?.block ?? null),
    loadOf(asked) {
      if (isOwn('destinationId' in asked ? asked.destinationId : asked.connectionId)) return dispatcher.loadOf(asked);
      return ('destinationId' in asked ? at(asked.destinationId) : of(asked.connectionId))?.load ?? noLoad;
    },
  };
  const tokens: Tokens = {
    tokenExpiresAt: (connection) =>
      isOwn(connection.id ?? '')
        ? authenticator.tokenExpiresAt(connection)
        : (of(connection.id ?? '')?.tokenExpiresAt ?? null),
    pauseOf: (connection) =>
      isOwn(connection.id ?? '') ? authenticator.pauseOf(connection) : (of(connection.id ?? '')?.tokenPause ?? null),
  };

  async function publish(): Promise<void> {
    const { connection } = configuration.snapshot.documents;
    const flying = Map.groupBy(dispatcher.inFlightByQueue(), ({ destinationId }) => destinationId);
    for (const lease of ownConnections.leases()) {
      const changes: { connectionId: string; text: string | null }[] = [];
      for (const document of connection.values()) {
        if (ownConnections.leaseOf(document.id) !== lease) continue;
        const status = statusOf(document, flying);
        const text = status && JSON.stringify(status, packed);
        if (text !== (stored.get(document.id) ?? null)) changes.push({ connectionId: document.id, text });
      }
      for (const connectionId of stored.keys())
        if (!connection.has(connectionId) && ownConnections.leaseOf(connectionId) === lease)
          changes.push({ connectionId, text: null });
      if (changes.length === 0 || !(await statuses.save(lease, changes))) continue;
      for (const { connectionId, text } of changes)
        if (text === null) stored.delete(connectionId);
        else stored.set(connectionId, text);
    }
  }

  return {
    ...dispatching,
    ...tokens,
    /** Reads what other owners have stored. */
    follow: sharedRun(async () => {
      const rows = await statuses.list();
      others = new Map(
        rows.map(({ connectionId, text }) => [connectionId, JSON.parse(text, unpacked) as OwnerStatus]), // saved above
      );
    }),
    /** Stores what has changed of own connections, for the other nodes. */
    publish: sharedRun(publish),
    /** A partition has a new owner, this node: removes what the last one has stored. */
    async begin(lease: Lease): Promise<void> {
      await statuses.clear(lease);
      for (const connectionId of stored.keys()) {
        const held = ownConnections.leaseOf(connectionId);
        if (held === null || held === lease) stored.delete(connectionId);
      }
    },
  };
}

const endless = 'endless';
/** JSON has no infinite numbers: a wait without an end. */
const packed = (_: string, value: unknown) => (value === Number.POSITIVE_INFINITY ? endless : value);
const unpacked = (key: string, value: unknown) =>
  key === 'until' && value === endless ? Number.POSITIVE_INFINITY : value;
