import type { Clock } from '../async/clock.ts';
import type { Lease, Leases } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Ownership } from './ownership.ts';

const ttlMs = 15_000;
const everyMs = 5_000;

/**
 * Embedded mode: one node, which owns the one partition, 0, until it is disposed. Each start has the same name, so that it
 * takes over from the last one at once: a lock on the data folder excludes other processes. Throws while a node with
 * another name owns the partition. `lost`: another process has taken it nevertheless.
 */
export async function ownAlone(options: {
  leases: Omit<Leases, 'partitionCount'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'noticed'>;
  lost(partition: number): void;
  /** It is owned for another time. */
  renewed?(): void;
}): Promise<{ lease: Lease } & AsyncDisposable> {
  const { clock, lost } = options;
  let lease: Lease | null = null;
  const ownership = new Ownership({
    ...options,
    node: 'embedded',
    count: 1,
    ttlMs,
    everyMs,
    monotonic: clock.now,
    work: {
      async acquired(acquired) {
        lease = acquired;
      },
      async drain() {},
      lost: ({ partition }) => lost(partition),
    },
  });
  await ownership.start();
  if (lease === null) throw new Error('another process owns the partition');
  return { lease, [Symbol.asyncDispose]: () => ownership[Symbol.asyncDispose]() };
}
