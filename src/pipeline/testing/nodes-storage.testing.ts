import { isOnPostgres } from '../../../test/support/database.ts';
import type { Clock } from '../../async/clock.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { AppError } from '../../contract/errors.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Journal, Lease, Leases, Settlement } from '../../journal/journal.ts';
import type { StoragePorts } from '../../storage/storage.ts';
import { nodesPostgres } from './nodes-postgres.testing.ts';
import { nodesSqlite } from './nodes-sqlite.testing.ts';

type LateJournal = Pick<Journal, 'hot' | 'log'>;
/** Its result says whether it did something. */
type LateWrite = (journal: LateJournal) => Promise<unknown>;

/** The outcome of a delivery to a destination. */
type Outcome = Settlement & { destinationId: string };

export type NodePorts = Pick<StoragePorts, 'audit' | 'journal' | 'notes'> & { catalog: Catalog };

/**
 * One database that several nodes share. Each write that carries the lease of a former owner is counted in `former` by its kind, and
 * it is a problem when it changes a row.
 */
export type NodesDatabase = AsyncDisposable & {
  /** The ports of no node. */
  ports: NodePorts;
  former: Record<string, number>;
  /** The ports of a node, until it ends. */
  node(name: string): Promise<NodePorts & AsyncDisposable>;
  /** The journal of a former owner that knows all of its partition but the next owner. */
  late(lease: Lease): Promise<{ journal: LateJournal } & Disposable>;
  /** The node that holds the lease of a partition, and its epoch. */
  ownerOf(partition: number): Promise<{ owner: string | null; epoch: number } | undefined>;
  /** What the database has noted of former owners that changed a row. */
  changedLate(): Promise<string[]>;
};

/** A database of the engine of this run. */
export async function openNodesStorage(clock: Pick<Clock, 'now'>, problems: string[]) {
  const database = isOnPostgres() ? await nodesPostgres() : await nodesSqlite();
  const { ports, former, ownerOf } = database;
  /** All leases that nodes have had, in the order in which they took them. */
  const taken: Lease[] = [];

  /** The ports of a node, whose leases are remembered. */
  async function node(name: string) {
    const own = await database.node(name);
    const { leases } = own.journal.hot;
    const remembered: Leases = {
      ...leases,
      async take(request) {
        const leasesNow = await leases.take(request);
        taken.push(...leasesNow);
        return leasesNow;
      },
    };
    return { ...own, journal: { ...own.journal, hot: { ...own.journal.hot, leases: remembered } } };
  }

  /** The writes of a former owner that comes back late, of each kind. `settled`: the outcome of a delivery that is not recorded. */
  async function writeLate(lease: Lease, event: IncomingEvent, settled: Outcome | null): Promise<void> {
    const { partition } = lease;
    const now = clock.now();
    const from = await ports.journal.hot.position(partition);
    const revision = await ports.catalog.revision();
    const { deliveryId: id, destinationId } = settled ?? { deliveryId: 'dlv_x', destinationId: 'dst_0' };
    const accepted = { partition, lease, collectorId: 'col_1', receivedAt: now, events: [event] };
    const pause = { scopeId: 'con_0', since: now, until: now + 9_000, origin: 'https://c0.example' };
    const writes: LateWrite[] = [
      ({ hot }) => isDone(hot.accept(accepted)),
      ({ log }) => isDone(log.release(lease, destinationId, now)),
      ({ log }) => isDone(log.releaseOrder(lease, destinationId, 0)),
      async ({ log }) => (await log.expire(lease, { destinationId, createdBefore: now, now, except: [] })).length,
      async ({ log }) => (await log.replays.cancelRest(lease, 'rpl_1', now, [])).length,
      ({ hot }) => hot.plan(lease, { advance: { from, to: from + 1 }, deliveries: [], now }),
      async ({ hot }) => (await hot.takePassed(lease, { limit: 500, now, revision }))?.taken.length,
      ({ hot }) => hot.mark(lease, [], null),
      ({ hot }) => hot.savePause(lease, pause),
      ({ hot }) => hot.removePause(lease, 'con_0'),
      async ({ hot }) => (await hot.recover(lease, now)).poisoned[0],
      ({ hot }) => hot.leases.release(lease),
    ];
    if (settled !== null)
      writes.push(
        ({ log }) => isDone(log.retry(lease, { id, now, render: null })),
        ({ log }) => isDone(log.cancel(lease, id, now)),
        // On PostgreSQL it has nothing to write when that delivery is in its plan entry alone.
        async ({ hot }) => ((await hot.settle(lease, [settled], now)) || []).length,
      );
    for (const write of writes) {
      using late = await database.late(lease);
      if (await write(late.journal)) problems.push(`a late write of ${JSON.stringify(lease)} is done: ${write}`);
    }
  }

  return {
    ...ports,
    former,
    node,
    writeLate,
    /** A lease that a node has lost or given away; null: there is none. */
    async formerLease(random: () => number): Promise<Lease | null> {
      const owners = new Map<number, Awaited<ReturnType<typeof ownerOf>>>();
      for (const { partition } of taken) if (!owners.has(partition)) owners.set(partition, await ownerOf(partition));
      const lost = taken.filter((lease) => isFormer(lease, owners.get(lease.partition)));
      return lost[Math.floor(random() * lost.length)] ?? null;
    },
    /** The name of the node that holds the lease of a partition. */
    ownerOf: async (partition: number) => (await ownerOf(partition))?.owner ?? null,
    async check() {
      problems.push(...(await database.changedLate()));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export const isFormer = (
  { owner, epoch }: Lease,
  stored: { owner: string | null; epoch: number } | undefined,
): boolean => stored?.owner !== owner || stored.epoch !== epoch;

/** false: it was refused, since the lease is not the current one. */
function isDone(write: Promise<unknown>): Promise<boolean> {
  return write.then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'unavailable') return false;
      throw error;
    },
  );
}

/** The lease among the arguments of a write, at any depth; null: it has none, or a list of several. */
export function leaseIn(args: unknown): Lease | null {
  if (typeof args !== 'object' || args === null) return null;
  if ('partition' in args && 'owner' in args && 'epoch' in args) return args as Lease; // by its members
  for (const [name, value] of Object.entries(args)) {
    const found = name === 'leases' ? null : leaseIn(value);
    if (found !== null) return found;
  }
  return null;
}
