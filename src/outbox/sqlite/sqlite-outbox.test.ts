import { openStorage } from '../../../test/support/storage.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { testOutbox } from '../outbox.conformance.ts';
import { sqliteOutbox } from './sqlite-outbox.ts';

testOutbox('in-process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.outbox };
});

testOutbox('threaded', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: operationsOf('outbox') }));
  return { ...sqliteOutbox(sqlite), [Symbol.asyncDispose]: () => resources.disposeAsync() };
});
