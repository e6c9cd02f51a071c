import { keyring } from '../../../test/support/storage.ts';
import type { Clock } from '../../async/clock.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Lease, Leases, Settlement } from '../../journal/journal.ts';
import { sealer } from '../../secrets/sealer.ts';
import { inProcess } from '../../sqlite/in-process.testing.ts';
import type { Client, Operations } from '../../sqlite/operation.ts';
import { sqlitePorts } from '../../storage/sqlite-ports.ts';

/** The outcome of a delivery to a destination. */
type Outcome = Settlement & { destinationId: string };

/**
 * One database that several nodes share, in memory. Each write that carries the lease of a former owner is counted in `former`
 * by its kind, and it is a problem when it changes a row.
 */
export async function openNodesStorage(clock: Pick<Clock, 'now'>, problems: string[]) {
  const sqlite = inProcess();
  const { database } = sqlite;
  const former: Record<string, number> = {};
  const owner = database.prepare('SELECT owner, epoch FROM partition_lease WHERE partition = ?');
  const changes = database.prepare('SELECT total_changes() AS count');

  function isFormer({ partition, owner: name, epoch }: Lease): boolean {
    const stored = owner.get(partition);
    return stored?.['owner'] !== name || stored['epoch'] !== epoch;
  }

  function client<O extends Operations>(): Client<O> {
    const plain = sqlite.client<O>();
    return {
      read: plain.read,
      async write(name, args, load) {
        const lease = leaseIn(args);
        if (lease === null || !isFormer(lease)) return plain.write(name, args, load);
        former[name] = (former[name] ?? 0) + 1;
        const before = changes.get()?.['count'];
        const written = plain.write(name, args, load);
        // It is done already: calls run at once here.
        if (changes.get()?.['count'] !== before) problems.push(`${name} of a former owner changed the database`);
        return written;
      },
    };
  }

  const ports = sqlitePorts({ client });
  const { catalog } = await ports.openCatalog(sealer(keyring));
  const { journal } = ports;
  const { leases } = journal.hot;
  /** All that nodes have had, in the order in which they took them. */
  const taken: Lease[] = [];
  const ofDatabase: Leases = {
    ...leases,
    async take(request) {
      const leasesNow = await leases.take(request);
      taken.push(...leasesNow);
      return leasesNow;
    },
  };

  /** The writes of a former owner that comes back late, of each kind. `settled`: the outcome of a delivery that is not recorded. */
  async function writeLate(lease: Lease, event: IncomingEvent, settled: Outcome | null): Promise<void> {
    const { hot, log } = journal;
    const { partition } = lease;
    const now = clock.now();
    const from = await hot.position(partition);
    const accepted = hot.accept({ partition, lease, collectorId: 'col_1', receivedAt: now, events: [event] });
    const refused = (done: Promise<unknown>, what: string) =>
      done.then(
        () => what,
        () => null,
      );
    const { deliveryId: id, destinationId } = settled ?? { deliveryId: 'dlv_x', destinationId: 'dst_0' };
    const answers = [
      await refused(accepted, 'stored'),
      settled && (await refused(log.retry(lease, { id, now, render: null }), 'retried')),
      settled && (await refused(log.cancel(lease, id, now), 'cancelled')),
      await refused(log.release(lease, destinationId, now), 'released'),
      await refused(log.releaseOrder(lease, destinationId, 0), 'released'),
      (await log.expire(lease, { destinationId, createdBefore: now, now, except: [] })).length,
      (await log.replays.cancelRest(lease, 'rpl_1', now, [])).length,
      await hot.plan(lease, { advance: { from, to: from + 1 }, deliveries: [], now }),
      await hot.takePassed(lease, { limit: 500, now }),
      await hot.mark(lease, [], null),
      await hot.savePause(lease, { scopeId: 'con_0', since: now, until: now + 9_000, origin: 'https://c0.example' }),
      await hot.removePause(lease, 'con_0'),
      (await hot.recover(lease, now)).poisoned[0] ?? null,
      settled === null ? null : await hot.settle(lease, [settled], now),
      (await leases.release(lease)) ?? null,
    ];
    if (answers.some((one) => one))
      problems.push(`late writes of ${JSON.stringify(lease)}: ${JSON.stringify(answers)}`);
  }
  return {
    ...ports,
    journal: { ...journal, hot: { ...journal.hot, leases: ofDatabase } },
    catalog,
    former,
    writeLate,
    /** A lease that a node has lost or given away; null: there is none. */
    formerLease: (random: () => number) => {
      const lost = taken.filter(isFormer);
      return lost[Math.floor(random() * lost.length)] ?? null;
    },
    /** The node that holds the lease of a partition. */
    ownerOf: (partition: number): unknown => owner.get(partition)?.['owner'] ?? null,
    [Symbol.asyncDispose]: sqlite[Symbol.asyncDispose],
  };
}

/** The lease among the arguments of a write, at any depth; null: it has none, or a list of several. */
function leaseIn(args: unknown): Lease | null {
  if (typeof args !== 'object' || args === null) return null;
  if ('partition' in args && 'owner' in args && 'epoch' in args) return args as Lease; // by its members
  for (const [name, value] of Object.entries(args)) {
    const found = name === 'leases' ? null : leaseIn(value);
    if (found !== null) return found;
  }
  return null;
}
