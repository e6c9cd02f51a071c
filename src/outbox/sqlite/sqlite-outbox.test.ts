import { openSqlite } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.ts';
import { testOutbox } from '../outbox.conformance.ts';
import { outboxOperations, sqliteOutbox } from './sqlite-outbox.ts';

testOutbox('SQLite', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: [outboxOperations] }));
  return { ...sqliteOutbox(sqlite), [Symbol.asyncDispose]: () => resources.disposeAsync() };
});
