import type { Db } from '../../sqlite/db.ts';
import type { Lease, OwnerStatusRow } from '../journal.ts';
import { isCurrent } from './leases.ts';

type Save = { lease: Lease; changes: readonly { connectionId: string; text: string | null }[] };

export const statusOperations = {
  ownerStatuses: (db: Db, _: null): OwnerStatusRow[] =>
    db.all(
      'SELECT partition, connection AS connectionId, status AS text FROM owner_status ORDER BY partition, connection',
    ),

  saveStatuses(db: Db, { lease, changes }: Save): boolean {
    if (!isCurrent(db, lease)) return false;
    for (const { connectionId, text } of changes)
      if (text === null)
        db.run('DELETE FROM owner_status WHERE partition = ? AND connection = ?', lease.partition, connectionId);
      else
        db.run(
          'INSERT OR REPLACE INTO owner_status (partition, connection, status) VALUES (?, ?, ?)',
          ...[lease.partition, connectionId, text],
        );
    return true;
  },

  clearStatuses(db: Db, lease: Lease): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run('DELETE FROM owner_status WHERE partition = ?', lease.partition);
    return true;
  },
};
