import type { Postgres, Query } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import type { Audit, AuditQuery } from '../audit.ts';
import { anchorOf, type ChainedRow, entryOf, type Link, origin, pruned } from '../chain.ts';
import { appendAudit } from './append.ts';

const prunedAtOnce = 5_000;

/** The audit trail of an open database, which stays open when the trail ends. */
export function postgresAudit({ read, transaction }: Pick<Postgres, 'read' | 'transaction'>): Audit {
  return {
    append: (entries) => transaction((query) => appendAudit(query, entries)),
    entries: async (query) => (await search(read, query)).map(entryOf),
    async prune(at, now) {
      const before = new Date(at).toISOString();
      for (let all = 0; ; ) {
        const removed = await transaction((query) => prune(query, before, now));
        all += removed;
        if (removed < prunedAtOnce) return all;
      }
    },
  };
}

async function search(read: Query, query: AuditQuery): Promise<ChainedRow[]> {
  const { limit, after, principal } = query;
  const values: unknown[] = [];
  const filter = (value: unknown, sql: (place: string) => string) => {
    if (value === undefined) return '';
    values.push(typeof value === 'string' ? storable(value) : value);
    return ` AND ${sql(`$${values.length}`)}`;
  };
  const filters = [
    filter(query.before, (place) => `number < ${place}`),
    filter(after, (place) => `number > ${place}`),
    filter(query.act, (place) => `act = ${place}`),
    filter(query.kind, (place) => `kind = ${place}`),
    filter(query.id, (place) => `id = ${place}`),
    filter(query.ids?.map(storable), (place) => `id = ANY(${place})`),
    filter(query.result, (place) => `result = ${place}`),
    filter(query.createdAfter, (place) => `created_at >= ${place}`),
    filter(query.createdBefore, (place) => `created_at < ${place}`),
  ];
  if (principal !== undefined) {
    const named = filter(await namesWith(read, principal), (place) => `(principal = ANY(${place})`);
    filters.push(named, filter(principal, (place) => `principal_id = ${place})`).replace(' AND', ' OR'));
  }
  values.push(limit);
  const rows = await read<ChainedRow>(
    `SELECT number, body, hash FROM audit_entry WHERE true${filters.join('')}
     ORDER BY number ${after === undefined ? 'DESC' : 'ASC'} LIMIT $${values.length}`,
    values,
  );
  return after === undefined ? rows : rows.reverse();
}

/** The distinct names that contain a text, found by skipping through the index: there are few names and many entries. */
async function namesWith(read: Query, part: string): Promise<string[]> {
  const rows = await read<{ name: string }>(
    `WITH RECURSIVE name AS (
       SELECT min(principal) AS name FROM audit_entry
       UNION ALL SELECT (SELECT min(principal) FROM audit_entry WHERE principal > name.name) FROM name WHERE name IS NOT NULL)
     SELECT name FROM name WHERE name IS NOT NULL`,
  );
  const names = rows.map(({ name }) => name);
  return names.filter((name) => storedText(name).toLowerCase().includes(part.toLowerCase()));
}

/** Removes the oldest entries while they are older than `before`, at most `prunedAtOnce` of them. */
async function prune(query: Query, before: string, now: number): Promise<number> {
  await query('SELECT FROM audit_head FOR UPDATE');
  const oldest = await query<Link & { createdAt: string }>(
    'SELECT number, hash, created_at AS "createdAt" FROM audit_entry ORDER BY number LIMIT $1',
    [prunedAtOnce],
  );
  const kept = oldest.findIndex(({ createdAt }) => createdAt >= before);
  const last = oldest[(kept < 0 ? oldest.length : kept) - 1];
  if (last === undefined) return 0;
  const [newest] = await query<ChainedRow>(
    `SELECT number, body, hash FROM audit_entry WHERE act = 'prune' ORDER BY number DESC LIMIT 1`,
  );
  await appendAudit(query, [pruned(last, (newest && anchorOf(entryOf(newest))) ?? origin, now)]);
  const rows = await query<{ removed: number }>(
    `WITH removed AS (DELETE FROM audit_entry WHERE number <= $1 RETURNING 1) SELECT count(*) AS removed FROM removed`,
    [last.number],
  );
  return rows[0]?.removed ?? 0;
}
