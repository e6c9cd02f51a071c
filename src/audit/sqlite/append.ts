import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import { chained, type Link, origin } from '../chain.ts';

/**
 * Adds entries to the audit trail inside the transaction of the calling operation, so that they are stored exactly when
 * the change they describe is.
 */
export function appendAudit(db: Db, entries: readonly NewAuditEntry[]): void {
  for (const entry of entries) {
    const { number, body, hash } = chained(head(db), entry);
    db.run('INSERT INTO audit_entry (number, body, hash) VALUES (?, ?, ?)', number, body, hash);
  }
}

/** The newest entry of the trail. */
function head(db: Db): Link {
  return db.get<Link>('SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1') ?? origin;
}
