import { AppError } from '../../src/contract/errors.ts';
import { placedId } from '../../src/contract/ids.ts';
import {
  attempt,
  incoming,
  planned,
  rendered,
  settlement,
} from '../../src/journal/conformance/journal-samples.testing.ts';
import type { HotJournal } from '../../src/journal/hot.ts';
import type { Lease } from '../../src/journal/leases.ts';
import { postgresHot } from '../../src/journal/postgres/postgres-hot.ts';
import type { Postgres } from '../../src/postgres/postgres.ts';
import { eventually } from '../../test/support/eventually.ts';

/** `true`: it was written. */
type Write = (hot: HotJournal, lease: Lease, open: string, now: number, revision: number) => Promise<boolean>;

const hold = { scopeId: 'former', reason: 'auth_rejected', detail: '', since: 1, probeAt: 2, probes: 0 } as const;
const pause = { scopeId: 'former', since: 1, until: 2, origin: '' };

const writes: Readonly<Record<string, Write>> = {
  accept: (hot, lease, _, now) =>
    hot
      .accept({ partition: lease.partition, lease, collectorId: 'former', receivedAt: now, events: [incoming({})] })
      .then(() => true, isRefused),
  plan: async (hot, lease, _, now) =>
    (await hot.plan(lease, { advance: null, deliveries: [planned({ dueAt: now })], now })) !== null,
  settle: async (hot, lease, open, now) => {
    const fields = { status: 'delivered', attempts: 99, rendered: rendered('former'), log: [attempt(99)] } as const;
    return (await hot.settle(lease, [settlement(open, { ...fields, log: [...fields.log] })], now)) !== false;
  },
  mark: (hot, lease, open) => hot.mark(lease, [open], null),
  // It writes only when deliveries were passed to the partition; otherwise it only reads.
  takePassed: async (hot, lease, _, now, revision) => {
    const done = await hot.takePassed(lease, { limit: 9, now, revision });
    return done !== null && done.taken.length + done.ended.length > 0;
  },
  followClock: async (hot, lease, _, now) => (await hot.followClock(lease, now, 60_000)) !== null,
  saveHold: (hot, lease) => hot.saveHold(lease, hold),
  removeHold: (hot, lease) => hot.removeHold(lease, 'former'),
  savePause: (hot, lease) => hot.savePause(lease, pause),
  removePause: (hot, lease) => hot.removePause(lease, 'former'),
  saveRates: (hot, lease) => hot.saveRates(lease, [{ scopeId: 'former', text: '{}' }]),
  saveStatus: (hot, lease) => hot.statuses.save(lease, [{ connectionId: 'former', text: '{}' }]),
  clearStatus: (hot, lease) => hot.statuses.clear(lease),
};

export const kindsOfWrites = Object.keys(writes);

/**
 * A node that comes back late: what it knows of a partition is read now, while it owns it, and written from after another node has
 * taken it. Each kind of write has a memory of its own, since the first one that is refused reads it again. null: the node owns
 * no partition with deliveries.
 */
export async function formerOwner(postgres: Postgres, owner: string) {
  const [found] = await postgres.read<Lease & { number: number; timeMs: number; revision: number }>(
    `SELECT partition, owner, epoch, number, created_at AS "timeMs", revision FROM catalog_revision CROSS JOIN partition_lease
       CROSS JOIN LATERAL (SELECT number, created_at FROM delivery WHERE delivery.partition = partition_lease.partition LIMIT 1) AS one
     WHERE owner = $1 LIMIT 1`,
    [owner],
  );
  if (found === undefined) return null;
  const { number, timeMs, revision, ...lease } = found;
  const open = placedId('delivery', { timeMs, partition: lease.partition, number });
  const memories = await Promise.all(
    Object.entries(writes).map(async ([kind, write]) => {
      const journal = postgresHot(postgres, { clock: 'database', queueBytesMax: 1e6 });
      const memory = await journal.partitions.memory(lease.partition);
      // It has made rows when it took the partition.
      memory.rows = Promise.resolve(true);
      return { kind, write, journal };
    }),
  );
  return {
    /** Tries each kind of write once another node has taken the partition; returns those that were accepted. */
    async write(): Promise<string[]> {
      await eventually('another owner', async () => {
        const sql = 'SELECT 1 FROM partition_lease WHERE partition = $1 AND epoch > $2 AND owner <> $3';
        return (await postgres.read(sql, [lease.partition, lease.epoch, owner])).length > 0;
      });
      const accepted: string[] = [];
      for (const { kind, write, journal } of memories)
        if (await write(journal.hot, lease, open, Date.now(), revision)) accepted.push(kind);
      return accepted;
    },
    [Symbol.dispose]() {
      for (const { journal } of memories) journal[Symbol.dispose]();
    },
  };
}

function isRefused(error: unknown): boolean {
  if (error instanceof AppError && error.code === 'unavailable') return false;
  throw error;
}
