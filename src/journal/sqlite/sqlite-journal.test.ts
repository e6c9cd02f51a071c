import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../sqlite/sqlite.ts';
import { journalConformance } from '../journal.conformance.ts';
import { journalOperations, sqliteJournal } from './sqlite-journal.ts';

journalConformance('SQLite journal', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-journal-'));
  const sqlite = await openSqlite({ dir, operations: [journalOperations] });
  return {
    ...sqliteJournal(sqlite),
    async [Symbol.asyncDispose]() {
      await sqlite[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
});
