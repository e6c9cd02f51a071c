import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../../sqlite/migrate.ts';
import { olderDatabase } from '../../sqlite/older-database.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { issueSample } from '../issue-samples.testing.ts';

test('of issues of an older database that an erasure made equal, the one seen last stays', () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, '0031');
  {
    using database = new DatabaseSync(file);
    const insert = database.prepare('INSERT INTO issue (id, body) VALUES (?, ?)');
    for (const [id, lastSeenAt, fingerprint] of [
      ['iss_1', 5, 'a'],
      ['iss_2', 9, 'a'],
      ['iss_3', 7, 'a'],
      ['iss_4', 1, 'b'],
    ] as const)
      insert.run(id, JSON.stringify(issueSample({ id, lastSeenAt, fingerprint })));
  }
  migrate(file, new Date());
  using database = new DatabaseSync(file);
  const ids = database.prepare('SELECT id FROM issue ORDER BY id').all();
  assert.deepEqual(
    ids.map(({ id }) => id),
    ['iss_2', 'iss_4'],
  );
});
