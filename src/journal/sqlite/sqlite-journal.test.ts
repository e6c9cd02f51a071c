import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { journalConformance } from '../journal.conformance.ts';
import { sqliteJournal } from './sqlite-journal.ts';

journalConformance('journal in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.journal };
});

journalConformance('journal in the storage thread', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: operationsOf('journal', 'audit') }));
  return {
    ...sqliteJournal(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
});
