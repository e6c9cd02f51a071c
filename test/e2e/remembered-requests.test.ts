import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../support/app.ts';

test('after a restart rejected requests are listed, keyed requests are repeated, and the use of a former key is known', async () => {
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
  assert.ok(previousUsedAt !== null && Date.now() - Date.parse(previousUsedAt) < 60_000);
});
