import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { databaseName } from '../../../sqlite/database-file.ts';
import { openSqlite, operationsOf } from '../../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { accept, incoming, start } from '../../conformance/journal-samples.testing.ts';
import { identityMemoryMs } from '../../journal.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

test('a round of retention reads only the identities whose time is over', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const journal = sqliteJournal(sqlite);
  const identities = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => incoming({ identity: `${name}-${i}` }));
  const round = async (now: number) => {
    const before = sqlite.stats.operations;
    await journal.housekeeping.retain({ before: 0, now, identitiesBefore: now - identityMemoryMs, bytesMax: null });
    return sqlite.stats.operations - before;
  };
  const remembered = () => {
    using database = new DatabaseSync(join(folder.path, databaseName), { readOnly: true });
    return database.prepare('SELECT count(*) AS count FROM seen').get()?.['count'];
  };

  await accept(journal, identities('old', 3_000), start);
  await journal.housekeeping.maintain(); // the marks of what was accepted are stored
  const one = await round(start);
  await accept(journal, identities('young', 20_000), start + identityMemoryMs - 1);
  await journal.housekeeping.maintain();
  assert.equal(await round(start + identityMemoryMs - 1), one);
  assert.equal(remembered(), 23_000);
  await round(start + identityMemoryMs);
  assert.equal(remembered(), 20_000);
});
