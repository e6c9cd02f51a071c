import type { Db } from '../../sqlite/db.ts';
import { statusCodes } from '../codec/status-codes.ts';
import { type Lease, presumedDeathMs, type Roster } from '../leases.ts';

type Holder = { owner: string | null; epoch: number };
type Beat = { node: string; ttlMs: number; isLeaving: boolean; now: number };

export const leaseOperations = {
  partitionCount(db: Db, wanted: number): number {
    db.run('INSERT INTO partition_count SELECT ? WHERE NOT EXISTS (SELECT 1 FROM partition_count)', wanted);
    return db.get<{ count: number }>('SELECT count FROM partition_count')?.count ?? wanted;
  },

  beat(db: Db, { node, ttlMs, isLeaving, now }: Beat): Roster {
    // One that is ahead has not ended: this one may have been held up on its way.
    db.run('DELETE FROM node WHERE ? - at >= ttl', now);
    const beat = 'INSERT OR REPLACE INTO node (name, at, ttl, is_leaving) VALUES (?, ?, ?, ?)';
    db.run(beat, node, now, ttlMs, isLeaving ? 1 : 0);
    takeDeathsBack(db, node, now);
    const nodes = db.all<{ name: string; is_leaving: number }>('SELECT name, is_leaving FROM node');
    return {
      nodes: nodes.map(({ name, is_leaving }) => ({ name, isLeaving: is_leaving === 1 })),
      partitions: db.all('SELECT partition, owner, epoch FROM partition_lease ORDER BY partition'),
    };
  },

  take(db: Db, { node, partitions }: { node: string; partitions: readonly number[] }): Lease[] {
    return partitions.flatMap((partition) => {
      const taken = db.get<Lease>(
        `INSERT INTO partition_lease (partition, owner, epoch) VALUES (:partition, :node, 1)
         ON CONFLICT DO UPDATE SET owner = :node, epoch = epoch + 1
         WHERE owner IS NULL OR owner = :node OR owner NOT IN (SELECT name FROM node)
         RETURNING partition, owner, epoch`,
        { partition, node },
      );
      if (taken === undefined) return [];
      holders(db).set(partition, { owner: node, epoch: taken.epoch });
      return { ...taken };
    });
  },

  releaseLease: release,

  leave(db: Db, { node, leases }: { node: string; leases: readonly Lease[] }): void {
    for (const lease of leases) release(db, lease);
    // A later process of the same name may be alive.
    const sql = 'DELETE FROM node WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM partition_lease WHERE owner = ?1)';
    db.run(sql, node);
  },

  /** `numbers`: the deliveries in flight, as JSON. */
  mark(db: Db, { lease, numbers, onTrial }: { lease: Lease; numbers: string; onTrial: number | null }): boolean {
    if (!isCurrent(db, lease)) return false;
    const sql = 'INSERT OR REPLACE INTO in_flight (partition, deliveries, on_trial, owner) VALUES (?, ?, ?, ?)';
    db.run(sql, lease.partition, numbers, onTrial, lease.owner);
    return true;
  },
};

/** When a node last beat, by the clock of heartbeats; null: its heartbeat has ended. */
export const lastBeat = (db: Db, node: string): number | null =>
  db.get<{ at: number }>('SELECT at FROM node WHERE name = ?', node)?.at ?? null;

/** The node lives: what it had in flight did not crash it. */
function takeDeathsBack(db: Db, node: string, now: number): void {
  const sql = 'DELETE FROM presumed_death WHERE node = ? RETURNING at, deliveries';
  for (const { at, deliveries } of db.all<{ at: number; deliveries: string }>(sql, node))
    if (Math.abs(now - at) <= presumedDeathMs)
      db.run(
        `UPDATE delivery SET deaths = deaths - 1
         WHERE deaths > 0 AND status <= ${statusCodes.held} AND number IN (SELECT value FROM json_each(?))`,
        deliveries,
      );
}

function release(db: Db, lease: Lease): void {
  const { partition, owner, epoch } = lease;
  if (isCurrent(db, lease)) db.run('DELETE FROM in_flight WHERE partition = ? AND owner = ?', partition, owner);
  const sql = 'UPDATE partition_lease SET owner = NULL WHERE partition = ? AND owner = ? AND epoch = ?';
  db.run(sql, partition, owner, epoch);
  holders(db).delete(partition);
}

/** Whether the lease has no later owner. */
export function isCurrent(db: Db, { partition, owner, epoch }: Lease): boolean {
  // Cached: each intake request reads it, and only this thread changes it.
  const holder = db.keepIn('leases', partition, (): Holder => {
    const sql = 'SELECT owner, epoch FROM partition_lease WHERE partition = ?';
    return db.get<Holder>(sql, partition) ?? { owner: null, epoch: 0 };
  });
  return holder.owner === owner && holder.epoch === epoch;
}

const holders = (db: Db) => db.keep('leases', () => new Map<number, Holder>());
