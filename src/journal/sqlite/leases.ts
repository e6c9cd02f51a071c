import type { Db } from '../../sqlite/db.ts';
import { type Lease, suspectDeaths } from '../journal.ts';
import { finish } from './delivery-queue.ts';
import type { DeliveryPlace } from './delivery-row.ts';
import { internText } from './interned-ids.ts';
import { statusCodes } from './status-codes.ts';

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

  recover(
    db: Db,
    { lease, now }: { lease: Lease; now: number },
  ): { suspects: DeliveryPlace[]; poisoned: DeliveryPlace[] } {
    const suspects: DeliveryPlace[] = [];
    const poisoned: DeliveryPlace[] = [];
    if (!isCurrent(db, lease)) return { suspects, poisoned };
    db.run(
      `UPDATE delivery SET status = ${statusCodes.cancelled}, reason = ?, finished_at = ?
       WHERE test = 1 AND due_at IS NULL AND status IN (${statusCodes.pending}, ${statusCodes.retrying})`,
      internText(db, 'interrupted'),
      now,
    );
    const marker = db.get<{ deliveries: string; onTrial: number | null }>(
      'SELECT deliveries, on_trial AS onTrial FROM mark WHERE scope = ?',
      lease.scope,
    );
    db.run('DELETE FROM mark WHERE scope = ?', lease.scope);
    const inFlight: number[] = JSON.parse(marker?.deliveries ?? '[]');
    const onTrial = marker?.onTrial ?? null;
    const isOnlySuspect = onTrial !== null && !hasOtherSuspects(db, onTrial);
    for (const number of inFlight) {
      const row = db.get<{ deaths: number; timeMs: number }>(
        `SELECT deaths, created_at AS timeMs FROM delivery WHERE number = ? AND status <= ${statusCodes.held}`,
        number,
      );
      if (row === undefined) continue;
      const place = { number, timeMs: row.timeMs };
      const isTrial = number === onTrial && row.deaths >= suspectDeaths;
      if (isTrial && (isOnlySuspect || row.deaths > suspectDeaths)) {
        finish(db, { number, status: statusCodes.failed, reason: 'poison', now });
        poisoned.push(place);
        continue;
      }
      const deaths = isTrial ? suspectDeaths + 1 : Math.max(row.deaths, Math.min(row.deaths + 1, suspectDeaths));
      db.run('UPDATE delivery SET deaths = ? WHERE number = ?', deaths, number);
      if (deaths >= suspectDeaths) suspects.push(place);
    }
    return { suspects, poisoned };
  },
};

/** Whether an unfinished delivery other than this one is a suspect. Reads the whole table; only a crash in a trial asks. */
function hasOtherSuspects(db: Db, number: number): boolean {
  const found = db.get<{ number: number }>(
    `SELECT number FROM delivery WHERE deaths >= ${suspectDeaths} AND status <= ${statusCodes.held} AND number <> ? LIMIT 1`,
    number,
  );
  return found !== undefined;
}

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
