import type { Db } from '../../../sqlite/db.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { type Lease, presumedDeathMs, suspectDeaths } from '../../journal.ts';
import { type DeliveryPlace, rowsOf } from '../delivery-id-codec.ts';
import { internText } from '../interned-ids.ts';
import { isCurrent, lastBeat } from '../leases.ts';
import { finish } from './delivery-queue.ts';

export const quarantineOperations = {
  recover(
    db: Db,
    { lease, now }: { lease: Lease; now: number },
  ): { suspects: DeliveryPlace[]; poisoned: DeliveryPlace[] } {
    const suspects: DeliveryPlace[] = [];
    const poisoned: DeliveryPlace[] = [];
    if (!isCurrent(db, lease)) return { suspects, poisoned };
    const rows = rowsOf(lease.partition);
    db.run(
      `UPDATE delivery SET status = ${statusCodes.cancelled}, reason = ?, finished_at = ?
       WHERE test = 1 AND due_at IS NULL AND status IN (${statusCodes.pending}, ${statusCodes.retrying})
         AND number >= ? AND number < ?`,
      internText(db, 'interrupted'),
      now,
      rows.first,
      rows.end,
    );
    const marker = db.get<{ deliveries: string; onTrial: number | null; owner: string | null }>(
      'SELECT deliveries, on_trial AS onTrial, owner FROM in_flight WHERE partition = ?',
      lease.partition,
    );
    db.run('DELETE FROM in_flight WHERE partition = ?', lease.partition);
    const inFlight: number[] = JSON.parse(marker?.deliveries ?? '[]');
    const { onTrial = null, owner = null } = marker ?? {};
    /** Its heartbeat has ended; maybe it is only stopped. */
    const presumedDead = owner === null || owner === lease.owner ? null : owner;
    const isOnlySuspect = presumedDead === null && onTrial !== null && !hasOtherSuspects(db, onTrial);
    const raised: number[] = [];
    for (const number of inFlight) {
      if (number < rows.first || number >= rows.end) continue;
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
      if (deaths > row.deaths) raised.push(number);
      if (deaths >= suspectDeaths) suspects.push(place);
    }
    const at = lastBeat(db, lease.owner);
    if (presumedDead !== null && at !== null)
      presume(db, { node: presumedDead, partition: lease.partition, raised, at });
    return { suspects, poisoned };
  },
};

/** Remembers what a node takes back that turns out to live. */
function presume(db: Db, of: { node: string; partition: number; raised: readonly number[]; at: number }): void {
  const { node, partition, raised, at } = of;
  db.run('DELETE FROM presumed_death WHERE abs(? - at) > ?', at, presumedDeathMs);
  if (raised.length === 0) return;
  const sql = 'INSERT OR REPLACE INTO presumed_death (node, partition, at, deliveries) VALUES (?, ?, ?, ?)';
  db.run(sql, node, partition, at, JSON.stringify(raised));
}

/**
 * Whether an unfinished delivery other than this one is a suspect, of whatever partition, since the process sent those of several.
 * Reads all of them; only a crash in a trial asks.
 */
function hasOtherSuspects(db: Db, number: number): boolean {
  const found = db.get<{ number: number }>(
    `SELECT number FROM delivery
     WHERE deaths >= ${suspectDeaths} AND status <= ${statusCodes.held} AND number <> ? LIMIT 1`,
    number,
  );
  return found !== undefined;
}
