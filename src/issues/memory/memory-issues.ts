import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { IssueRecord, IssueStore } from '../issues.ts';

/** Issues that live as long as their process. */
export function memoryIssues(audit: { add(entries: readonly NewAuditEntry[]): void }): IssueStore {
  const kept = new Map<string, IssueRecord>();
  return {
    load: async () => structuredClone([...kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    async save(records, entry) {
      for (const record of records) kept.set(record.id, structuredClone(record));
      if (entry !== undefined) audit.add([entry]);
    },
    async remove(ids) {
      for (const id of ids) kept.delete(id);
    },
    async [Symbol.asyncDispose]() {},
  };
}
