import type { Clock } from '../async/clock.ts';
import type { Lease, Leases } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

const ttlMs = 15_000;
const renewMs = 5_000;

/**
 * The leases of one process: matching and delivering. Renewed until disposed; calls `lost` when another process
 * acquired one.
 */
export async function holdLeases(options: {
  leases: Leases;
  clock: Clock;
  owner: string;
  telemetry: Pick<Telemetry, 'failed'>;
  lost(scope: string): void;
  /** Both are held for another time. */
  renewed?(): void;
}): Promise<{ leases: { events: Lease; deliveries: Lease } } & AsyncDisposable> {
  const { leases, clock, owner, telemetry } = options;
  const acquire = async (scope: string): Promise<Lease> => {
    const lease = await leases.acquire({ scope, owner, ttlMs, now: clock.now() });
    if (lease === null) throw new Error(`another process holds ${scope}`);
    return lease;
  };
  const events = await acquire('events/0');
  const deliveries = await acquire('deliveries/0');
  let isEnding = false;
  let cancel = clock.after(renewMs, renew);

  async function renew() {
    for (const lease of [events, deliveries]) {
      const isMine = await leases.renew(lease, ttlMs, clock.now()).catch(() => true); // the next renewal decides
      if (isEnding) return;
      if (!isMine) return options.lost(lease.scope);
    }
    options.renewed?.();
    cancel = clock.after(renewMs, renew);
  }

  return {
    leases: { events, deliveries },
    async [Symbol.asyncDispose]() {
      isEnding = true;
      cancel();
      // A full disk refuses the write. The next process with this owner can acquire them nevertheless.
      for (const lease of [events, deliveries])
        await leases.release(lease).catch((error) => telemetry.failed(error, 'release a lease'));
    },
  };
}
