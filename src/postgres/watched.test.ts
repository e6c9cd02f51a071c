import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPostgres } from './postgres.ts';
import { startServer } from './testing/server.testing.ts';
import { watchedPostgres } from './watched.ts';

test('what a full disk refused is told for 10 s, although calls that need no room go on', async () => {
  await using server = await startServer();
  let now = 0;
  await using postgres = watchedPostgres(openPostgres({ url: server.url('postgres') }), () => now);
  const write = `DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`;
  await assert.rejects(postgres.query(write), { code: 'unavailable', message: 'The disk of the database is full.' });
  await postgres.read('SELECT 1');
  assert.deepEqual([postgres.problem(), postgres.full()], [null, 'could not extend file']);
  now = 10_000;
  assert.equal(postgres.full(), null);
});
