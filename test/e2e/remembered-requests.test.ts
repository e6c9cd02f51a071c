import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminToken, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

test('after a restart rejected requests are listed, keyed requests are repeated, and the use of a former key is known', async () => {
  const startedAt = Date.now();
  await using app = await startTestApp();
  const { id, key } = await app.client.call('createCollector', { body: { name: 'Shop' } });
  const rejected = await fetch(`${app.url}/v3/${key}`, { method: 'POST', body: '{"events":[]}' });
  assert.equal(rejected.status, 400);
  await app.client.call('rotateCollectorKey', { params: { id } });
  const sent = await fetch(`${app.url}/v3/${key}`, { method: 'POST', body: '{"events":[{"n":"1"}]}' });
  assert.equal(sent.status, 200);
  const create = () =>
    app.fetch('/api/v1/roles', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({ name: 'Readers', rights: ['events:view'] }),
    });
  const first = await create();
  const created = await first.text();
  assert.equal(first.status, 201, created);

  await app.restart();
  const again = await create();
  assert.deepEqual(
    [again.status, again.headers.get('idempotency-replayed'), await again.text()],
    [201, 'true', created],
  );
  const { data } = await app.client.call('listRejectedRequests', { query: { collectorId: id } });
  assert.deepEqual(
    data.map(({ code, status }) => [code, status]),
    [['invalid_events', 400]],
  );
  const { previousKey, previousUsedAt } = await app.client.call('getCollector', { params: { id } });
  assert.equal(previousKey, key);
  assert.ok(
    previousUsedAt !== null && Date.parse(previousUsedAt) >= startedAt && Date.parse(previousUsedAt) <= Date.now(),
  );
});

test('a request that a kill interrupted is not run again with its key', async () => {
  await using receiver = await startReceiver();
  using folder = temporaryFolder();
  const received = Promise.withResolvers<void>();
  const { promise: hold, resolve: finish } = Promise.withResolvers<void>();
  receiver.answer('/in', () => {
    received.resolve();
    return { hold };
  });
  const env = environment(folder.path);
  let path = '';
  const send = (url: string) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${adminToken}`,
        'content-type': 'application/json',
        'idempotency-key': 'once',
      },
      body: '{"data":[{}]}',
    });
  {
    await using server = spawnProcess(env);
    const url = await server.listening;
    const client = createClient({ url, token: adminToken });
    const { id } = await client.call('createConnection', { body: { name: 'C', baseUrl: receiver.url } });
    const destination = await client.call('createDestination', { params: { id }, body: { name: 'D', path: '/in' } });
    path = `/api/v1/destinations/${destination.id}/test`;
    const lost = assert.rejects(send(url));
    await received.promise;
    await server.end('SIGKILL');
    await lost;
    finish();
  }
  await using server = spawnProcess(env);
  const url = await server.listening;
  // On PostgreSQL it is in progress until the heartbeat of its process has ended.
  const again = await eventually('the kill to be known', async () => {
    const response = await send(url);
    const { code } = Object(await response.json());
    return code === 'request_in_progress' ? null : { status: response.status, code };
  });
  assert.deepEqual(again, { status: 409, code: 'request_interrupted' });
  assert.equal(receiver.at('/in').length, 1);
});
