import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { IssueChanges, IssueRecord, SavedIssues } from '../issues.ts';

type Row = { id: string; body: string; revision: number };

const columns = 'id, body, revision';

/** The operations of issues in the storage threads. */
export const operations = {
  allIssues: (db: Db, _: null): { revision: number; records: IssueRecord[] } => ({
    revision: revisionsOf(db).revision,
    records: db.all<Row>(`SELECT ${columns} FROM issue ORDER BY id`).map(recordOf),
  }),

  issuesSince(db: Db, since: number): IssueChanges {
    const { revision, removed } = revisionsOf(db);
    if (revision === since) return { revision, records: [], ids: null };
    const rows = db.all<Row>(`SELECT ${columns} FROM issue WHERE revision > ?`, since);
    const ids = () => db.all<{ id: string }>('SELECT id FROM issue').map(({ id }) => id);
    return { revision, records: rows.map(recordOf), ids: removed > since ? ids() : null };
  },

  saveIssues(db: Db, { records, entries }: { records: readonly IssueRecord[]; entries: NewAuditEntry[] }): SavedIssues {
    const before = records.map((record) => otherOf(db, record));
    const { revision } = revisionsOf(db);
    const isWhole = entries.length > 0;
    if (isWhole && before.some((one) => one !== null)) return { revision, stored: before };
    const next = revision + 1;
    // Two records of one call can have one fingerprint: the second one finds the first.
    const stored = records.map((record, index) => before[index] ?? otherOf(db, record) ?? put(db, record, next));
    db.run('UPDATE issue_revision SET revision = ?', next);
    appendAudit(db, entries);
    return { revision: next, stored };
  },

  removeIssues(db: Db, issues: readonly Pick<IssueRecord, 'id' | 'revision'>[]): void {
    for (const { id, revision } of issues) db.run('DELETE FROM issue WHERE id = ? AND revision = ?', id, revision);
    db.run('UPDATE issue_revision SET revision = revision + 1, removed = revision + 1');
  },
};

function revisionsOf(db: Db): { revision: number; removed: number } {
  return db.get('SELECT revision, removed FROM issue_revision') ?? { revision: 0, removed: 0 };
}

/** What is stored and is not what the writer has read; null: nothing. */
function otherOf(db: Db, { id, fingerprint, revision }: IssueRecord): IssueRecord | null {
  const own = db.get<Row>(`SELECT ${columns} FROM issue WHERE id = ?`, id);
  if (own !== undefined) return own.revision === revision ? null : recordOf(own);
  const same = db.get<Row>(`SELECT ${columns} FROM issue WHERE body ->> '$.fingerprint' = ?`, fingerprint);
  return same === undefined ? null : recordOf(same);
}

function put(db: Db, record: IssueRecord, next: number): null {
  const { id, fingerprint } = record;
  // The fingerprint of an issue changes when an erased text was in it. It can become that of another one.
  const replaced = db.run("DELETE FROM issue WHERE body ->> '$.fingerprint' = ? AND id <> ?", fingerprint, id);
  if (replaced > 0) db.run('UPDATE issue_revision SET removed = ?', next);
  db.run(
    `INSERT INTO issue (${columns}) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body, revision = excluded.revision`,
    ...[id, JSON.stringify({ ...record, revision: undefined }), next],
  );
  return null;
}

/** Its JSON was written above. */
function recordOf({ body, revision }: Row): IssueRecord {
  return { ...JSON.parse(body), revision };
}
