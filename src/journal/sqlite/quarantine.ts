import type { Db } from '../../sqlite/db.ts';
import { type Lease, suspectDeaths } from '../journal.ts';
import { finish } from './delivery-queue.ts';
import type { DeliveryPlace } from './delivery-row.ts';
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
