import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openStorage } from '../../../../test/support/storage.ts';
import { issueSample } from '../../../issues/issue-samples.testing.ts';
import { databaseName } from '../../../sqlite/database-file.ts';
import { openSqlite, operationsOf } from '../../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { accept, claim, erasureEntry, incoming, start } from '../../conformance/journal-samples.testing.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

test('an erased text is in no byte of the database, where SQLite moved its rows before, too', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal', 'audit') });
  const journal = sqliteJournal(sqlite);
  const lease = await claim(journal, 0);
  for (let round = 0; round < 150; round++) {
    const events = Array.from({ length: 10 }, (_, index) => {
      const visitorId = index === 5 ? 'canary-visitor' : `v-${index}`;
      // Identities in no order, so that the pages of their table are divided again and again.
      const identity = `${createHash('sha1').update(`${round}/${index}`).digest('hex')} of ${visitorId}`.repeat(4);
      return incoming({ visitorId, identity });
    });
    const { from, ids } = await accept(journal, events);
    const advance = { from, to: from + ids.length };
    await journal.hot.plan(lease, { advance, deliveries: [], now: start });
  }
  const sought = { visitorId: 'canary-visitor' };
  await journal.housekeeping.erasures.begin({ id: 'ers_1', code: 'x', sought, now: start }, erasureEntry);
  while ((await journal.housekeeping.erasures.step('ers_1', { now: start, sending: [] })).state !== 'done');
  for (const name of readdirSync(folder.path))
    assert.ok(!readFileSync(join(folder.path, name)).includes('canary-visitor'), name);
});

test('an erasure waits for a long reader without delaying intake', async () => {
  using folder = temporaryFolder();
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal', 'audit') });
  const journal = sqliteJournal(sqlite);
  const { from, ids } = await accept(journal, [incoming({ visitorId: 'v-erased' })]);
  const lease = await claim(journal, 0);
  const advance = { from, to: from + ids.length };
  await journal.hot.plan(lease, { advance, deliveries: [], now: start });
  await journal.housekeeping.erasures.begin(
    { id: 'ers_1', code: 'x', sought: { visitorId: 'v-erased' }, now: start },
    erasureEntry,
  );
  const step = async () => (await journal.housekeeping.erasures.step('ers_1', { now: start, sending: [] })).state;

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

test('stored issues that an erasure makes equal become one, and the erasure ends', async () => {
  await using storage = await openStorage();
  const { erasures } = storage.journal.housekeeping;
  const issue = (id: string, user: string) => issueSample({ id, fingerprint: `no user ${user}`, detail: user });
  await storage.issues.save([issue('iss_1', 'v-erased'), issue('iss_2', '[erased]'), issue('iss_3', 'bob')]);
  await erasures.begin({ id: 'ers_1', code: 'x', sought: { visitorId: 'v-erased' }, now: start }, erasureEntry);
  let state = 'running';
  for (let n = 0; state !== 'done' && n < 100; n++)
    ({ state } = await erasures.step('ers_1', { now: start, sending: [] }));
  const { records: left } = await storage.issues.load();
  assert.deepEqual(
    [state, left.map(({ fingerprint }) => fingerprint).sort()],
    ['done', ['no user [erased]', 'no user bob']],
  );
});
