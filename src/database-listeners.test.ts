import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseListeners } from './database-listeners.ts';

test('a database listens at its host, at the addresses of its name, and for a socket at this machine', async () => {
  const of = async (url: string) => (await databaseListeners(url)).map(({ address, port }) => `${address} ${port}`);
  assert.ok((await of('postgres://u@localhost:6432/d')).includes('127.0.0.1 6432'));
  assert.deepEqual(await of('postgres://u@[::1]/d'), ['::1 5432']);
  assert.deepEqual(await of('postgres://u@10.0.0.7:7/d?host=10.0.0.8'), ['10.0.0.8 7']);
  assert.deepEqual(await of('postgres://u@db.invalid/d'), ['db.invalid 5432']);
  assert.deepEqual(await of('postgres://u@localhost/d?host=%2Frun%2Fpostgresql'), ['127.0.0.1 5432']);
});
