import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { IssueRecord } from '../issues.ts';

/** The operations of issues in the storage threads. */
export const operations = {
  allIssues: (db: Db, _: null): IssueRecord[] =>
    db.all<{ body: string }>('SELECT body FROM issue ORDER BY id').map(({ body }) => JSON.parse(body)),

  saveIssues(db: Db, { records, entries }: { records: readonly IssueRecord[]; entries: NewAuditEntry[] }): void {
    for (const record of records)
      db.run('INSERT OR REPLACE INTO issue (id, body) VALUES (?, ?)', record.id, JSON.stringify(record));
    appendAudit(db, entries);
  },

  removeIssues(db: Db, ids: readonly string[]): void {
    for (const id of ids) db.run('DELETE FROM issue WHERE id = ?', id);
  },
};
