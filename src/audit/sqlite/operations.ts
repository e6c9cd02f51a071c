import type { Db } from '../../sqlite/db.ts';
import type { AuditQuery } from '../audit.ts';
import { anchorOf, type ChainedRow, entryOf, type Link, origin, pruned } from '../chain.ts';
import { appendAudit } from './append.ts';

/** The operations of the audit trail in the storage threads. */
export const operations = {
  appendAudit,

  auditEntries(db: Db, query: AuditQuery): ChainedRow[] {
    const { limit, after, principal } = query;
    if (principal === undefined) return search(db, query);
    // One search per name, since the index has the entries of each name in order.
    const names = principalNames(db).filter((name) => name.toLowerCase().includes(principal.toLowerCase()));
    const found = [
      ...names.flatMap((name) => search(db, query, { sql: 'principal = ?', value: name })),
      ...search(db, query, { sql: 'principal_id = ?', value: principal }),
    ];
    const rows = [...new Map(found.map((row) => [row.number, row])).values()].sort((a, b) => b.number - a.number);
    return after === undefined ? rows.slice(0, limit) : rows.slice(-limit);
  },

  /** Removes the oldest entries while they are older than `before`, at most `limit` of them. */
  pruneAudit(db: Db, { before, now, limit }: { before: string; now: number; limit: number }): number {
    const oldest = db.all<ChainedRow & { createdAt: string }>(
      'SELECT number, hash, created_at AS createdAt FROM audit_entry ORDER BY number LIMIT ?',
      limit,
    );
    const kept = oldest.findIndex(({ createdAt }) => createdAt >= before);
    const last = oldest[(kept < 0 ? oldest.length : kept) - 1];
    if (last === undefined) return 0;
    appendAudit(db, [pruned(last, anchor(db), now)]);
    return db.run('DELETE FROM audit_entry WHERE number <= ?', last.number);
  },
};

function anchor(db: Db): Link {
  const row = db.get<ChainedRow>(
    `SELECT number, body, hash FROM audit_entry WHERE act = 'prune' ORDER BY number DESC LIMIT 1`,
  );
  return (row && anchorOf(entryOf(row))) ?? origin;
}

type Filter = { sql: string; value: string | number | undefined };

function search(db: Db, query: AuditQuery, who?: Filter): ChainedRow[] {
  const { limit, after, createdAfter, createdBefore } = query;
  const isOfFew = query.id !== undefined || query.ids !== undefined;
  const filters: Filter[] = [
    ...(who === undefined ? [] : [who]),
    { sql: 'number < ?', value: query.before },
    { sql: 'number > ?', value: after },
    { sql: 'act = ?', value: query.act },
    { sql: 'kind = ?', value: query.kind },
    { sql: 'id = ?', value: query.id },
    { sql: 'id IN (SELECT value FROM json_each(?))', value: query.ids && JSON.stringify(query.ids) },
    { sql: 'result = ?', value: query.result },
    { sql: 'created_at >= ?', value: createdAfter },
    { sql: 'created_at < ?', value: createdBefore },
    // Bounds the search by number: times grow with the numbers, except after a clock change. One object has few
    // entries.
    { sql: `number >= (SELECT min(number) ${byTime} >= ?)`, value: isOfFew ? undefined : createdAfter },
    { sql: `number <= (SELECT max(number) ${byTime} < ?)`, value: isOfFew ? undefined : createdBefore },
  ];
  const given = filters.flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, value }]));
  const rows = db.all<ChainedRow>(
    `SELECT number, body, hash FROM audit_entry ${isOfFew ? 'INDEXED BY audit_entry_thing' : ''} WHERE true${given.map(({ sql }) => ` AND ${sql}`).join('')}
     ORDER BY number ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
    ...given.map(({ value }) => value),
    limit,
  );
  return after === undefined ? rows : rows.reverse();
}

const byTime = 'FROM audit_entry INDEXED BY audit_entry_created WHERE created_at';

/** Each distinct name, by skipping through the index, since there are few names and many entries. */
function principalNames(db: Db): string[] {
  const names: string[] = [];
  for (;;) {
    const sql = 'SELECT principal AS name FROM audit_entry WHERE principal > ? ORDER BY principal LIMIT 1';
    const next = db.get<{ name: string }>(sql, names.at(-1) ?? '');
    if (next === undefined) return names;
    names.push(next.name);
  }
}
