import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../../sqlite/migrate.ts';
import { olderDatabase } from '../../sqlite/older-database.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';

test('connections of an older database, deleted ones too, are in partition 0 after its migration', () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, '0033');
  {
    using database = new DatabaseSync(file);
    const insert = database.prepare(
      `INSERT INTO document_version (kind, id, version, body, created_at, updated_at, updated_by)
       VALUES (?, ?, ?, '{}', '', '', '')`,
    );
    for (const version of [1, 2]) insert.run('connection', 'con_1', version);
    insert.run('connection', 'con_deleted', 1);
    insert.run('action', 'act_1', 1);
  }
  migrate(file, new Date());
  using database = new DatabaseSync(file);
  assert.deepEqual(
    database
      .prepare('SELECT id, partition FROM connection_partition ORDER BY id')
      .all()
      .map((row) => Object.values(row)),
    [
      ['con_1', 0],
      ['con_deleted', 0],
    ],
  );
});
