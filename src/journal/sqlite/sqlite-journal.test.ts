import { openSqlite } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.ts';
import { journalConformance } from '../journal.conformance.ts';
import { journalOperations, sqliteJournal } from './sqlite-journal.ts';

journalConformance('SQLite journal', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: [journalOperations] }));
  return { ...sqliteJournal(sqlite), [Symbol.asyncDispose]: () => resources.disposeAsync() };
});
