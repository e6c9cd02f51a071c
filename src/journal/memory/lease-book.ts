import type { Lease, Leases } from '../journal.ts';

/** Leases in memory; `isCurrent` tells whether a lease still counts. */
export function leaseBook(): { leases: Leases; isCurrent(lease: Lease): boolean } {
  const book = new Map<string, { owner: string | null; epoch: number; until: number }>();
  const isCurrent = ({ scope, owner, epoch }: Lease) => {
    const held = book.get(scope);
    return held !== undefined && held.owner === owner && held.epoch === epoch;
  };
  return {
    isCurrent,
    leases: {
      async acquire({ scope, owner, ttlMs, now }) {
        const held = book.get(scope) ?? { owner: null, epoch: 0, until: 0 };
        if (held.owner !== null && held.owner !== owner && held.until > now) return null;
        const epoch = held.epoch + 1;
        book.set(scope, { owner, epoch, until: now + ttlMs });
        return { scope, owner, epoch };
      },
      async renew(lease, ttlMs, now) {
        if (!isCurrent(lease)) return false;
        book.set(lease.scope, { owner: lease.owner, epoch: lease.epoch, until: now + ttlMs });
        return true;
      },
      async release(lease) {
        if (isCurrent(lease)) book.set(lease.scope, { owner: null, epoch: lease.epoch, until: 0 });
      },
    },
  };
}
