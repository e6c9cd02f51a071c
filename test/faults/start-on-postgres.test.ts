import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';

test('the program as it is built starts on PostgreSQL, and stops in order', async () => {
  await using server = await startServer();
  const env = {
    MILLRACE_DATABASE_URL: server.url('postgres'),
    MILLRACE_NODE_NAME: 'a',
    MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
  };
  await using node = spawnProcess({ ...environment('/nonexistent'), ...env });
  const { database } = await adminClient(await node.listening).call('getNodes');
  assert.equal(database.engine, 'postgresql');
  assert.deepEqual(await node.end(), { code: 0, signal: null });
  const lines = node.stdout().trim().split('\n');
  assert.ok(lines.length > 0 && lines.every((line) => JSON.parse(line).node === 'a'), node.stdout());
});
