import assert from 'node:assert/strict';
import { openStorage } from '../../../test/support/storage.ts';
import type { Journal } from '../../journal/journal.ts';
import { sqliteJournal } from '../../journal/sqlite/sqlite-journal.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { testNotes } from '../notes.conformance.ts';
import { sqliteNotes } from './sqlite-notes.ts';

testNotes('in-process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.notes, take: takerOf(storage.journal) };
});

const threads = storageThreads('notes', 'journal');

testNotes('threaded', async () => {
  const sqlite = await threads();
  return { ...sqliteNotes(sqlite), take: takerOf(sqliteJournal(sqlite)), [Symbol.asyncDispose]: async () => {} };
});

function takerOf({ hot }: Pick<Journal, 'hot'>) {
  return async () => {
    const [lease] = await hot.leases.take({ node: 'a', partitions: [0], now: 0 });
    assert.ok(lease !== undefined);
    return lease;
  };
}
