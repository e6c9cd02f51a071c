import { createHash } from 'node:crypto';
import { appendAudit } from '../../audit/postgres/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import type { IssueRecord, IssueStore, SavedIssues } from '../issues.ts';

/** An issue, beside the revisions of all. */
type Row = { all: number; removed: number; id: string | null; body: string | null; revision: number };

/** The issues of an open database, which stays open when they end. Every write locks the row of the revisions first. */
export function postgresIssues({ query, transaction }: Pick<Postgres, 'query' | 'transaction'>): IssueStore {
  return {
    async load() {
      const rows = await query<Row>(
        `SELECT r.revision AS all, issue.id, issue.body, issue.revision FROM issue_revision AS r LEFT JOIN issue ON true
         ORDER BY issue.id`,
      );
      return { revision: rows[0]?.all ?? 0, records: recordsOf(rows) };
    },

    async since(revision) {
      const rows = await query<Row>(
        `SELECT r.revision AS all, r.removed, issue.id, CASE WHEN issue.revision > $1 THEN issue.body END AS body, issue.revision
         FROM issue_revision AS r LEFT JOIN issue ON issue.revision > $1 OR r.removed > $1 ORDER BY issue.id`,
        [revision],
      );
      const [first] = rows;
      const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
      return {
        revision: first?.all ?? 0,
        records: recordsOf(rows),
        ids: first !== undefined && first.removed > revision ? ids : null,
      };
    },

    save: (records, entry) => transaction((inside) => save(inside, records, entry)),

    async remove(issues) {
      await query(
        `WITH next AS (UPDATE issue_revision SET revision = revision + 1, removed = revision + 1 RETURNING 1)
         DELETE FROM issue USING next, unnest($1::text[], $2::bigint[]) AS gone (id, revision)
         WHERE issue.id = gone.id AND issue.revision = gone.revision`,
        [issues.map(({ id }) => id), issues.map(({ revision }) => revision)],
      );
    },
  };
}

async function save(query: Query, records: readonly IssueRecord[], entry?: NewAuditEntry): Promise<SavedIssues> {
  const [now] = await query<{ revision: number }>('SELECT revision FROM issue_revision FOR UPDATE');
  const revision = now?.revision ?? 0;
  const rows = await query<{ id: string; body: string; revision: number }>(
    'SELECT id, body, revision FROM issue WHERE id = ANY($1) OR fingerprint = ANY($2)',
    [records.map(({ id }) => id), records.map(hashOf)],
  );
  const known = new Map(rows.map((row) => [row.id, recordOf(row)]));
  const other = (record: IssueRecord): IssueRecord | null => {
    const own = known.get(record.id);
    if (own !== undefined) return own.revision === record.revision ? null : own;
    return sameAs(known, record) ?? null;
  };
  const before = records.map(other);
  if (entry !== undefined && before.some((one) => one !== null)) return { revision, stored: before };

  const next = revision + 1;
  const written = new Set<string>();
  const replaced = new Set<string>();
  const stored = records.map((record, index) => {
    // Two records of one call can have one fingerprint: the second one finds the first.
    const instead = before[index] ?? other(record);
    if (instead !== null) return instead;
    // The fingerprint of an issue changes when an erased text was in it. It can become that of another one.
    const same = sameAs(known, record);
    if (same !== undefined && same.id !== record.id) {
      known.delete(same.id);
      replaced.add(same.id);
    }
    known.set(record.id, { ...record, revision: next });
    written.add(record.id);
    return null;
  });
  const kept = [...written].flatMap((id) => known.get(id) ?? []);
  await query('DELETE FROM issue WHERE id = ANY($1)', [[...written, ...replaced]]);
  await query(
    'INSERT INTO issue (id, fingerprint, revision, body) SELECT id, fingerprint, $4::bigint, body FROM unnest($1::text[], $2::text[], $3::text[]) AS issue (id, fingerprint, body)',
    [
      kept.map(({ id }) => id),
      kept.map(hashOf),
      kept.map((record) => JSON.stringify({ ...record, revision: undefined })),
      next,
    ],
  );
  await query('UPDATE issue_revision SET revision = $1, removed = CASE WHEN $2 THEN $1 ELSE removed END', [
    next,
    replaced.size > 0,
  ]);
  await appendAudit(query, entry === undefined ? [] : [entry]);
  return { revision: next, stored };
}

const sameAs = (known: ReadonlyMap<string, IssueRecord>, { fingerprint }: IssueRecord): IssueRecord | undefined =>
  known.values().find((one) => one.fingerprint === fingerprint);

const hashOf = ({ fingerprint }: IssueRecord): string => createHash('sha256').update(fingerprint).digest('base64url');

const recordsOf = (rows: readonly Row[]): IssueRecord[] =>
  rows.flatMap(({ body, revision }) => (body === null ? [] : [recordOf({ body, revision })]));

/** Its JSON was written above. */
const recordOf = ({ body, revision }: { body: string; revision: number }): IssueRecord => ({
  ...JSON.parse(body),
  revision,
});
