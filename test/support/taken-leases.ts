import { placeOf } from '../../src/contract/ids.ts';
import type { Lease, Leases } from '../../src/journal/journal.ts';

/** Follows which leases are taken from now on: the newest one of the partition of a delivery. */
export function takenLeases(leases: Pick<Leases, 'take'>): (deliveryId: string) => Lease {
  const taken = new Map<number, Lease>();
  const { take } = leases;
  leases.take = async (request) => {
    const all = await take(request);
    for (const lease of all) taken.set(lease.partition, lease);
    return all;
  };
  return (deliveryId) => {
    const lease = taken.get(placeOf('delivery', deliveryId)?.partition ?? 0);
    if (lease === undefined) throw new Error(`no lease of the partition of ${deliveryId} was taken`);
    return lease;
  };
}
