import { openStorage } from '../../../test/support/storage.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { testOutbox } from '../outbox.conformance.ts';
import { sqliteOutbox } from './sqlite-outbox.ts';

testOutbox('in-process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.outbox };
});

const threads = storageThreads('outbox');

testOutbox('threaded', async () => {
  const sqlite = await threads();
  return { ...sqliteOutbox(sqlite), [Symbol.asyncDispose]: async () => {} };
});
