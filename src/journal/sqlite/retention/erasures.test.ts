import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { databaseName } from '../../../sqlite/database-file.ts';
import { openSqlite, operationsOf } from '../../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { accept, claim, erasureEntry, incoming, start } from '../../journal-samples.testing.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

test('an erasure waits for a long reader without delaying intake', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal', 'audit') });
  const journal = sqliteJournal(sqlite);
  const { from, ids } = await accept(journal, [incoming({ visitorId: 'v-erased' })]);
  const lease = await claim(journal, 'events/0');
  const advance = { partition: 0, from, to: from + ids.length };
  await journal.matching.plan(lease, { advance, deliveries: [], now: start });
  await journal.erasures.begin({ id: 'ers_1', code: 'x', sought: { visitorId: 'v-erased' }, now: start }, erasureEntry);
  const step = async () => (await journal.erasures.step('ers_1', { now: start, sending: [] })).state;

  {
    using reader = new DatabaseSync(join(folder.path, databaseName), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM event_group').get();
    for (let state = 'running'; state !== 'waiting'; state = await step());
    await accept(journal, [incoming({})]);
    assert.equal(await step(), 'waiting');
  }
  assert.equal(await step(), 'waiting');
  assert.equal(await step(), 'done');
});
