import type { Db } from '../../../sqlite/db.ts';
import type { Lease, Pause } from '../../journal.ts';
import { isCurrent } from '../leases.ts';

/** That of a deleted connection is removed by no one else. The clock of a node may be ahead by less. */
const keptMs = 86_400_000;

export const pauseOperations = {
  pauses: (db: Db, _: null): Pause[] =>
    db.all('SELECT scope_id AS scopeId, since, until, origin FROM pause ORDER BY scope_id'),

  savePause(db: Db, { lease, pause }: { lease: Lease; pause: Pause }): boolean {
    if (!isCurrent(db, lease)) return false;
    const sql =
      'INSERT OR REPLACE INTO pause (scope_id, since, until, origin) VALUES (:scopeId, :since, :until, :origin)';
    db.run(sql, pause);
    db.run('DELETE FROM pause WHERE until < ?', pause.since - keptMs);
    return true;
  },

  removePause(db: Db, { lease, scopeId }: { lease: Lease; scopeId: string }): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run('DELETE FROM pause WHERE scope_id = ?', scopeId);
    return true;
  },
};
