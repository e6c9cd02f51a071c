import { openStorage } from '../../../test/support/storage.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { requestsConformance } from '../requests.conformance.ts';
import { sqliteRequests } from './sqlite-requests.ts';

requestsConformance('requests in process', async () => {
  const storage = await openStorage();
  return { ...storage.requests, [Symbol.asyncDispose]: storage[Symbol.asyncDispose] };
});

const threads = storageThreads('requests');

requestsConformance('requests in the storage thread', async () => {
  const sqlite = await threads();
  return { ...sqliteRequests(sqlite), [Symbol.asyncDispose]: async () => {} };
});
