import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import { startTestServer } from '../api/testing/server.testing.ts';
import { createFormerKeys } from './former-keys.ts';

const hourMs = 3_600_000;

/** A server with a collector, and functions to send with a key and to rotate. */
async function start() {
  const server = await startTestServer();
  const { id, key } = await server.make('/collectors', { name: 'Shop' });
  const path = `/api/v1/collectors/${id}`;
  return {
    ...server,
    first: String(key),
    path,
    send: async (to: string) => (await server.call('POST', `/v3/${to}`, { events: [{ n: Math.random() }] })).statusCode,
    rotate: async (body?: unknown) => (await server.call('POST', `${path}/rotate-key`, body)).json(),
    get: async () => (await server.call('GET', path)).json(),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test('after a rotation both keys are valid for a day, and the use of the former one is shown', async () => {
  await using server = await start();
  const { first, send, clock } = server;
  const rotated = await server.rotate();
  assert.deepEqual(
    [rotated.previousKey, rotated.previousUntil, rotated.previousUsedAt],
    [first, new Date(clock.now + 24 * hourMs).toISOString(), null],
  );
  assert.notEqual(rotated.key, first);
  clock.now += 24 * hourMs - 1;
  assert.deepEqual([await send(rotated.key), await send(first)], [200, 200]);
  assert.equal((await server.get()).previousUsedAt, new Date(clock.now).toISOString());
  clock.now += 1;
  assert.deepEqual([await send(rotated.key), await send(first)], [200, 404]);
});

test('the overlap ends at a chosen time, at once with null, and on demand', async () => {
  await using server = await start();
  const { first, send, clock, path } = server;
  const { key: second } = await server.rotate({ previousUntil: new Date(clock.now + hourMs).toISOString() });
  assert.equal(await send(first), 200);
  const { key: third } = await server.rotate({ previousUntil: null });
  assert.deepEqual([await send(first), await send(second), await send(third)], [200, 404, 200]);
  await server.call('DELETE', `${path}/previous-key`);
  assert.deepEqual([await send(first), await send(third)], [404, 200]);
  const { key: fourth } = await server.rotate();
  assert.equal(await send(third), 200);
  const ended = await server.call('DELETE', `${path}/previous-key`);
  assert.deepEqual([ended.statusCode, ended.json().previousUntil], [200, new Date(clock.now).toISOString()]);
  assert.deepEqual([await send(third), await send(fourth)], [404, 200]);
  assert.equal((await server.call('DELETE', `${path}/previous-key`)).statusCode, 409);
  const past = await server.call('POST', `${path}/rotate-key`, { previousUntil: '2020-01-01T00:00:00Z' });
  assert.deepEqual([past.statusCode, past.json().errors[0].pointer], [422, '/previousUntil']);
});

test('a second rotation is refused while the previous key is valid, and no key ends before its time', async () => {
  await using server = await start();
  const { first, send, clock, path } = server;
  const { key: second } = await server.rotate();
  const refused = await server.call('POST', `${path}/rotate-key`, {});
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'conflict']);
  assert.match(refused.json().detail, /previous key is valid until 20\d\d-.*End it, or wait/);
  assert.deepEqual([await send(first), await send(second)], [200, 200]);
  const { key: third } = await server.rotate({ previousUntil: null });
  clock.now += 24 * hourMs - 1;
  assert.deepEqual([await send(first), await send(second), await send(third)], [200, 404, 200], 'a leaked key');
  clock.now += 1;
  const { key: fourth } = await server.rotate();
  assert.deepEqual([await send(first), await send(third), await send(fourth)], [404, 200, 200]);
});

test('a failed read of the last uses is repeated with the next request', async () => {
  await using storage = await openStorage();
  const { notes } = storage;
  let reads = 0;
  const failing = {
    ...notes,
    async list(prefix: string) {
      reads += 1;
      if (reads === 1) throw new Error('the disk does not respond');
      return notes.list(prefix);
    },
  };
  await notes.save({ name: 'key_use/key', text: '7' });
  const telemetry = { failedOften: () => {} };
  const keys = createFormerKeys({ notes: failing, telemetry, now: () => 9 });
  await assert.rejects(keys.usedAt('key'), /does not respond/);
  assert.equal(await keys.usedAt('key'), 7);
});

test('the use of a former key at another node is shown, also after it was asked for', async () => {
  await using storage = await openStorage();
  const node = () => createFormerKeys({ ...storage, telemetry: { failedOften: () => {} }, now: () => 9 });
  const [a, b] = [node(), node()];
  assert.equal(await b.usedAt('key'), null);
  await storage.notes.save({ name: 'key_use/key', text: '7' });
  assert.deepEqual([await a.usedAt('key'), await b.usedAt('key')], [7, 7]);
});

test('changes and rollbacks of a collector keep its keys', async () => {
  await using server = await start();
  const { first, send, path } = server;
  const rotated = await server.rotate();
  await server.call('PUT', path, { ...rotated, name: 'Other', previousUntil: '2020-01-01T00:00:00Z' });
  await server.call('POST', `${path}/rollback`, { version: 1 });
  const { key, previousKey, previousUntil } = await server.get();
  assert.deepEqual([key, previousKey, previousUntil], [rotated.key, first, rotated.previousUntil]);
  assert.deepEqual([await send(first), await send(key)], [200, 200]);
});

test('requests with a key that is over are listed as rejected requests of its collector', async () => {
  await using server = await start();
  await server.rotate({ previousUntil: null });
  assert.equal(await server.send(server.first), 404);
  const { id } = await server.get();
  const { data } = (await server.call('GET', `/api/v1/collectors/rejected?collectorId=${id}`)).json();
  assert.deepEqual([data[0].code, data[0].key], ['unknown_collector', server.first]);
});
