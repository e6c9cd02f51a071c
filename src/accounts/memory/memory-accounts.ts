import { type MemoryAudit, memoryAudit } from '../../audit/memory/memory-audit.ts';
import type { AccountKind, AccountRecord, Accounts } from '../accounts.ts';

/** Accounts that live as long as their process: the reference for the others. Their audit entries go to `audit`. */
export function memoryAccounts(audit: Pick<MemoryAudit, 'add'> = memoryAudit()): Accounts {
  let revision = 0;
  const records = new Map<string, AccountRecord>();

  return {
    async all() {
      return { revision, records: [...records.values()] };
    },
    async change(expected, changes, entries) {
      if (expected !== revision) return null;
      for (const change of changes) {
        if (change.op === 'remove') records.delete(place(change.kind, change.id));
        else {
          const { op: _, ...record } = change;
          records.set(place(record.kind, record.value.id), record);
        }
      }
      audit.add(entries);
      revision += 1;
      return revision;
    },
    async touch(uses) {
      for (const { kind, id, at } of uses) {
        const found = records.get(place(kind, id));
        if (found?.kind === 'token')
          records.set(place(kind, id), { kind: 'token', value: { ...found.value, lastUsedAt: at } });
        if (found?.kind === 'session')
          records.set(place(kind, id), { kind: 'session', value: { ...found.value, lastUsedAt: at } });
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

const place = (kind: AccountKind, id: string) => `${kind}/${id}`;
