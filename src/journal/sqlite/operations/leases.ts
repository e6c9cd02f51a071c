import type { Db } from '../../../sqlite/db.ts';
import type { Lease } from '../../journal.ts';

type Holder = { owner: string | null; epoch: number };

export const leaseOperations = {
  acquire(db: Db, { scope, owner, ttlMs, now }: { scope: string; owner: string; ttlMs: number; now: number }) {
    holders(db).delete(scope);
    const taken = db.get<{ epoch: number }>(
      `INSERT INTO lease (scope, owner, epoch, until) VALUES (?1, ?2, 1, ?3)
       ON CONFLICT DO UPDATE SET owner = ?2, epoch = epoch + 1, until = ?3
       WHERE owner IS NULL OR owner = ?2 OR until <= ?4
       RETURNING epoch`,
      scope,
      owner,
      now + ttlMs,
      now,
    );
    return taken === undefined ? null : { scope, owner, epoch: taken.epoch };
  },

  renew: (db: Db, { lease, until }: { lease: Lease; until: number }): boolean =>
    db.run(
      'UPDATE lease SET until = ? WHERE scope = ? AND owner = ? AND epoch = ?',
      until,
      lease.scope,
      lease.owner,
      lease.epoch,
    ) > 0,

  releaseLease(db: Db, { scope, owner, epoch }: Lease): void {
    holders(db).delete(scope);
    db.run('UPDATE lease SET owner = NULL, until = 0 WHERE scope = ? AND owner = ? AND epoch = ?', scope, owner, epoch);
  },
};

/** Whether the lease has no later owner. */
export function isCurrent(db: Db, { scope, owner, epoch }: Lease): boolean {
  const known = holders(db);
  let holder = known.get(scope);
  if (holder === undefined) {
    holder = db.get<Holder>('SELECT owner, epoch FROM lease WHERE scope = ?', scope) ?? { owner: null, epoch: 0 };
    known.set(scope, holder);
  }
  return holder.owner === owner && holder.epoch === epoch;
}

/** The holder of each scope, cached: each intake request reads it, and only this thread changes it. */
const holders = (db: Db) => db.keep('leases', () => new Map<string, Holder>());
