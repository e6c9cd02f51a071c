import { openStorage } from '../../../test/support/storage.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { sqlitePorts } from '../../storage/sqlite-ports.ts';
import { requestsConformance } from '../requests.conformance.ts';
import { sqliteRequests } from './sqlite-requests.ts';

requestsConformance('requests in process', async () => {
  const storage = await openStorage();
  const { leases } = storage.journal.hot;
  return { ...storage.requests, leases, [Symbol.asyncDispose]: storage[Symbol.asyncDispose] };
});

const threads = storageThreads('requests', 'journal');

requestsConformance('requests in the storage thread', async () => {
  const sqlite = await threads();
  const { leases } = sqlitePorts(sqlite).journal.hot;
  return { ...sqliteRequests(sqlite), leases, [Symbol.asyncDispose]: async () => {} };
});
