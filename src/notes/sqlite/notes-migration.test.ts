import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../../sqlite/migrate.ts';
import { olderDatabase } from '../../sqlite/older-database.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';

test('messages of alerts, reported issues and uses of former keys of an older database are notes after its migration', () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, '0030');
  {
    using database = new DatabaseSync(file);
    const message = JSON.stringify({ id: 'msg_1', alertId: 'alr_1', title: 'New: “ü”' });
    database.prepare('INSERT INTO note VALUES (?, ?)').run('parameters', '[]');
    database.prepare('INSERT INTO alert_message VALUES (?, ?, ?, ?, ?)').run('msg_1', 'alr_1', 'sent', 7, message);
    database.prepare('INSERT INTO alert_told VALUES (?, ?, ?)').run('alr_1', 'iss_1', '{"isOpen":true}');
    database.prepare('INSERT INTO key_use VALUES (?, ?)').run('abc', 1_770_000_000_000);
  }
  migrate(file, new Date());
  using database = new DatabaseSync(file);
  assert.deepEqual(
    database
      .prepare('SELECT name, text FROM note ORDER BY name')
      .all()
      .map((row) => Object.values(row)),
    [
      ['alert_message/alr_1/msg_1', '{"id":"msg_1","alertId":"alr_1","title":"New: “ü”"}'],
      ['alert_report/alr_1/iss_1', '{"isOpen":true}'],
      ['key_use/abc', '1770000000000'],
      ['parameters', '[]'],
    ],
  );
});
