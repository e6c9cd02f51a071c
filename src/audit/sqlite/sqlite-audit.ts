import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Audit } from '../audit.ts';
import { entryOf } from '../chain.ts';
import type { operations } from './operations.ts';

const prunedAtOnce = 5_000;

/** The audit trail of an open database, which stays open when the trail ends. */
export function sqliteAudit(sqlite: Pick<Sqlite, 'client'>): Audit {
  const client = sqlite.client<typeof operations>();
  return {
    append: (entries) => client.write('appendAudit', [...entries]),
    entries: async (query) => (await client.read('auditEntries', query)).map(entryOf),
    async prune(before, now) {
      const limit = new Date(before).toISOString();
      let count = 0;
      for (;;) {
        const removed = await client.write('pruneAudit', { before: limit, now, limit: prunedAtOnce });
        count += removed;
        if (removed < prunedAtOnce) return count;
      }
    },
  };
}
