import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { IssueRecord } from '../issues.ts';

/** The fingerprint of an issue changes when an erased text was in it. It can become that of another one. */
const replaced = `DELETE FROM issue WHERE body ->> '$.fingerprint' = :fingerprint AND id <> :id
  AND EXISTS (SELECT 1 FROM issue WHERE id = :id)`;
const upsert = `INSERT INTO issue (id, body) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET body = excluded.body
  ON CONFLICT (body ->> '$.fingerprint') DO UPDATE SET body = json_set(excluded.body, '$.id', id)`;

/** The operations of issues in the storage threads. */
export const operations = {
  allIssues: (db: Db, _: null): IssueRecord[] =>
    db.all<{ body: string }>('SELECT body FROM issue ORDER BY id').map(({ body }) => JSON.parse(body)),

  saveIssues(db: Db, { records, entries }: { records: readonly IssueRecord[]; entries: NewAuditEntry[] }): void {
    for (const record of records) {
      const { id, fingerprint } = record;
      db.run(replaced, { id, fingerprint });
      db.run(upsert, id, JSON.stringify(record));
    }
    appendAudit(db, entries);
  },

  removeIssues(db: Db, ids: readonly string[]): void {
    for (const id of ids) db.run('DELETE FROM issue WHERE id = ?', id);
  },
};
