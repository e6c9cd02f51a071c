import { untilFewer } from '../../async/in-steps.ts';
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
    prune(at, now) {
      const before = new Date(at).toISOString();
      return untilFewer(prunedAtOnce, (limit) => client.write('pruneAudit', { before, now, limit }));
    },
  };
}
