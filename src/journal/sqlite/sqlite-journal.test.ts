import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { journalConformance } from '../conformance/journal.conformance.ts';
import { sqliteJournal } from './sqlite-journal.ts';

journalConformance('journal in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.journal };
});

const threads = storageThreads('journal', 'audit');

journalConformance('journal in the storage thread', async () => {
  const sqlite = await threads();
  return {
    ...sqliteJournal(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: async () => {},
  };
});
