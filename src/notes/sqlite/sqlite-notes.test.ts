import { openStorage } from '../../../test/support/storage.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { testNotes } from '../notes.conformance.ts';
import { sqliteNotes } from './sqlite-notes.ts';

testNotes('in-process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.notes };
});

const threads = storageThreads('notes');

testNotes('threaded', async () => ({ ...sqliteNotes(await threads()), [Symbol.asyncDispose]: async () => {} }));
