import type { Db } from '../../sqlite/db.ts';
import { type Lease, suspectDeaths } from '../journal.ts';
import { finish } from './delivery-queue.ts';
import { type DeliveryPlace, type DeliveryRows, rowsOf } from './delivery-rows.ts';
import { internText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { statusCodes } from './status-codes.ts';

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
    const marker = db.get<{ deliveries: string; onTrial: number | null }>(
      'SELECT deliveries, on_trial AS onTrial FROM in_flight WHERE partition = ?',
      lease.partition,
    );
    db.run('DELETE FROM in_flight WHERE partition = ?', lease.partition);
    const inFlight: number[] = JSON.parse(marker?.deliveries ?? '[]');
    const onTrial = marker?.onTrial ?? null;
    const isOnlySuspect = onTrial !== null && !hasOtherSuspects(db, rows, onTrial);
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
      if (deaths >= suspectDeaths) suspects.push(place);
    }
    return { suspects, poisoned };
  },
};

/**
 * Whether an unfinished delivery of the partition other than this one is a suspect. Reads all of them; only a crash in a
 * trial asks.
 */
function hasOtherSuspects(db: Db, { first, end }: DeliveryRows, number: number): boolean {
  const found = db.get<{ number: number }>(
    `SELECT number FROM delivery WHERE number >= ? AND number < ? AND deaths >= ${suspectDeaths}
       AND status <= ${statusCodes.held} AND number <> ? LIMIT 1`,
    first,
    end,
    number,
  );
  return found !== undefined;
}
