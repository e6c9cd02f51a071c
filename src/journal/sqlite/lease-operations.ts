import type { Db } from '../../sqlite/db.ts';
import type { Lease } from '../journal.ts';

export const leaseOperations = {
  acquire(db: Db, { scope, owner, ttlMs, now }: { scope: string; owner: string; ttlMs: number; now: number }) {
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
    db.run('UPDATE lease SET owner = NULL, until = 0 WHERE scope = ? AND owner = ? AND epoch = ?', scope, owner, epoch);
  },
};

/** Whether nobody took over since the lease was given. */
export function isCurrent(db: Db, { scope, owner, epoch }: Lease): boolean {
  const sql = 'SELECT 1 FROM lease WHERE scope = ? AND owner = ? AND epoch = ?';
  return db.get(sql, scope, owner, epoch) !== undefined;
}
