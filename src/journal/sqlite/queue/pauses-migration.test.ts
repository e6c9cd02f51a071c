import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../../../sqlite/migrate.ts';
import { olderDatabase } from '../../../sqlite/older-database.testing.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';

test('the pauses of an older database hold after its migration, and those of token endpoints stay notes', () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, '0041');
  {
    using database = new DatabaseSync(file);
    const text = JSON.stringify({ since: 1_770_000_000_000, until: 1_770_003_600_000, origin: 'https://a.example' });
    for (const name of ['pauses/con_1', 'pauses/dst_2', 'token_pauses/con_1', 'parameters'])
      database.prepare('INSERT INTO note VALUES (?, ?)').run(name, text);
  }
  migrate(file, new Date());
  using database = new DatabaseSync(file);
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  assert.deepEqual(rows('SELECT scope_id, since, until, origin FROM pause ORDER BY scope_id'), [
    ['con_1', 1_770_000_000_000, 1_770_003_600_000, 'https://a.example'],
    ['dst_2', 1_770_000_000_000, 1_770_003_600_000, 'https://a.example'],
  ]);
  assert.deepEqual(rows('SELECT name FROM note ORDER BY name'), [['parameters'], ['token_pauses/con_1']]);
});
