import type { Db } from '../../sqlite/db.ts';
import type { AuditQuery } from '../audit.ts';
import { anchorOf, type ChainedRow, entryOf, type Link, origin, pruned } from '../chain.ts';
import { appendAudit } from './append.ts';

/** What the audit trail does inside the storage threads. */
export const operations = {
  appendAudit,

  auditEntries(db: Db, query: AuditQuery): ChainedRow[] {
    const { limit, after, principal } = query;
    const filters: [sql: string, value: string | number | undefined][] = [
      ['number < ?', query.before],
      ['number > ?', after],
      ['act = ?', query.act],
      ['kind = ?', query.kind],
      ['id = ?', query.id],
      ['result = ?', query.result],
      ['created_at >= ?', query.createdAfter],
      ['created_at < ?', query.createdBefore],
    ];
    const given = filters.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, values: [value] }]));
    if (principal !== undefined)
      given.push({
        sql: '(instr(lower(principal), lower(?)) > 0 OR principal_id = ?)',
        values: [principal, principal],
      });
    const where = given.map(({ sql }) => ` AND ${sql}`).join('');
    const rows = db.all<ChainedRow>(
      `SELECT number, body, hash FROM audit_entry WHERE true${where}
       ORDER BY number ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
      ...given.flatMap(({ values }) => values),
      limit,
    );
    return after === undefined ? rows : rows.reverse();
  },

  /** Entries go from the oldest on, while they are older than `before`, at most `limit` of them. */
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
