import { openStorage } from '../../../test/support/storage.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { requestsConformance } from '../requests.conformance.ts';
import { sqliteRequests } from './sqlite-requests.ts';

requestsConformance('requests in process', async () => {
  const storage = await openStorage();
  return { ...storage.requests, [Symbol.asyncDispose]: storage[Symbol.asyncDispose] };
});

requestsConformance('requests in the storage thread', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: operationsOf('requests') }));
  return { ...sqliteRequests(sqlite), [Symbol.asyncDispose]: () => resources.disposeAsync() };
});
