import type { Db } from '../../../sqlite/db.ts';
import type { Lease, StoredRate } from '../../journal.ts';
import { isCurrent } from '../leases.ts';

type Save = { lease: Lease; changes: readonly { scopeId: string; text: string | null }[] };

export const rateOperations = {
  rates: (db: Db, partition: number): StoredRate[] =>
    db.all('SELECT scope_id AS scopeId, text FROM sent_at_rate WHERE partition = ? ORDER BY scope_id', partition),

  saveRates(db: Db, { lease, changes }: Save): boolean {
    if (!isCurrent(db, lease)) return false;
    const save = 'INSERT OR REPLACE INTO sent_at_rate (partition, scope_id, text) VALUES (?, ?, ?)';
    for (const { scopeId, text } of changes)
      if (text === null)
        db.run('DELETE FROM sent_at_rate WHERE partition = ? AND scope_id = ?', lease.partition, scopeId);
      else db.run(save, lease.partition, scopeId, text);
    return true;
  },
};
