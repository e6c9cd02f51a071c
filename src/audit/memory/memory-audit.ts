import type { AuditEntry, NewAuditEntry } from '../../contract/records/audit.ts';
import type { Audit, AuditQuery } from '../audit.ts';
import { anchorOf, type ChainedRow, chained, entryOf, type Link, origin, pruned } from '../chain.ts';

export type MemoryAudit = Audit & {
  /** For what keeps changes in memory: adds entries at once, with the change that they describe. */
  add(entries: readonly NewAuditEntry[]): void;
  /** The trail as it is kept. */
  readonly rows: readonly ChainedRow[];
};

/** An audit trail that lives as long as its process. */
export function memoryAudit(): MemoryAudit {
  let rows: ChainedRow[] = [];

  function add(entries: readonly NewAuditEntry[]) {
    for (const entry of entries) rows.push(chained(rows.at(-1) ?? origin, entry));
  }

  return {
    get rows() {
      return rows;
    },
    add,
    append: async (entries) => add(entries),
    async entries(query) {
      const found = rows.map(entryOf).filter((entry) => isWanted(entry, query));
      return (query.after === undefined ? found.slice(-query.limit) : found.slice(0, query.limit)).reverse();
    },
    async prune(before, now) {
      const limit = new Date(before).toISOString();
      const kept = rows.findIndex((row) => entryOf(row).createdAt >= limit);
      const count = kept < 0 ? rows.length : kept;
      const last = rows[count - 1];
      if (last === undefined) return 0;
      const anchor = rows.map(entryOf).reduce<Link>((found, entry) => anchorOf(entry) ?? found, origin);
      add([pruned(last, anchor, now)]);
      rows = rows.slice(count);
      return count;
    },
    async [Symbol.asyncDispose]() {},
  };
}

function isWanted(entry: AuditEntry, query: AuditQuery): boolean {
  const { before, after, act, kind, id, ids, principal, result, createdAfter, createdBefore } = query;
  return (
    (before === undefined || entry.number < before) &&
    (after === undefined || entry.number > after) &&
    (act === undefined || entry.act === act) &&
    (kind === undefined || entry.kind === kind) &&
    (id === undefined || entry.id === id) &&
    (ids === undefined || (entry.id !== null && ids.includes(entry.id))) &&
    (principal === undefined ||
      entry.principal.toLowerCase().includes(principal.toLowerCase()) ||
      entry.principalId === principal) &&
    (result === undefined || entry.result === result) &&
    (createdAfter === undefined || entry.createdAt >= createdAfter) &&
    (createdBefore === undefined || entry.createdAt < createdBefore)
  );
}
