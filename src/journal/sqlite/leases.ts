import type { Db } from '../../sqlite/db.ts';
import type { Lease } from '../journal.ts';

type Holder = { owner: string | null; epoch: number };

export const leaseOperations = {
  acquire(db: Db, { scope, owner, ttlMs, now }: { scope: string; owner: string; ttlMs: number; now: number }) {
    holders(db).delete(scope);
    const taken = db.get<{ epoch: number }>(
      `INSERT INTO lease (scope, owner, epoch, until) VALUES (:scope, :owner, 1, :until)
       ON CONFLICT DO UPDATE SET owner = :owner, epoch = epoch + 1, until = :until
       WHERE owner IS NULL OR owner = :owner OR until <= :now
       RETURNING epoch`,
      { scope, owner, until: now + ttlMs, now },
    );
    return taken === undefined ? null : { scope, owner, epoch: taken.epoch };
  },

  renew: (db: Db, { lease, until }: { lease: Lease; until: number }): boolean =>
    db.run('UPDATE lease SET until = :until WHERE scope = :scope AND owner = :owner AND epoch = :epoch', {
      ...lease,
      until,
    }) > 0,

  releaseLease(db: Db, { scope, owner, epoch }: Lease): void {
    holders(db).delete(scope);
    db.run('UPDATE lease SET owner = NULL, until = 0 WHERE scope = ? AND owner = ? AND epoch = ?', scope, owner, epoch);
  },

  /** `numbers`: the deliveries in flight, as JSON. */
  mark(db: Db, { lease, numbers, onTrial }: { lease: Lease; numbers: string; onTrial: number | null }): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run('INSERT OR REPLACE INTO mark (scope, deliveries, on_trial) VALUES (?, ?, ?)', lease.scope, numbers, onTrial);
    return true;
  },
};

/** Whether the lease has no later owner. */
export function isCurrent(db: Db, { scope, owner, epoch }: Lease): boolean {
  // Cached: each intake request reads it, and only this thread changes it.
  const holder = db.keepIn('leases', scope, () => {
    const sql = 'SELECT owner, epoch FROM lease WHERE scope = ?';
    return db.get<Holder>(sql, scope) ?? { owner: null, epoch: 0 };
  });
  return holder.owner === owner && holder.epoch === epoch;
}

const holders = (db: Db) => db.keep('leases', () => new Map<string, Holder>());
