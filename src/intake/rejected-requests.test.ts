import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../api/testing/server.testing.ts';

test('rejected intake requests are listed with reason, masked address and collector', async () => {
  await using server = await startTestServer();
  const { key, id } = await server.make('/collectors', { name: 'C' });
  const answer = await server.call('POST', `/v3/${key}?secret=1`, '{"events":[]}', { origin: 'https://shop.example' });
  await server.call('GET', '/unknown/dcs.gif?mail=a%40b.example');
  await server.call('POST', `/v3/${key}`, { events: [{ n: 1 }] });
  await server.call('POST', `/v3/${key}`, 'x'.repeat(1_048_577));
  const list = async (query: string) => (await server.call('GET', `/api/v1/collectors/rejected${query}`)).json();
  const { data } = await list('');
  assert.deepEqual(
    data.map((one: Record<string, unknown>) => [
      one['code'],
      one['status'],
      one['collectorId'],
      one['path'],
      one['bytes'],
    ]),
    [
      ['too_large', 413, id, `/v3/${key}`, 1_048_577],
      ['unknown_collector', 404, null, '/unknown/dcs.gif', 0],
      ['invalid_events', 400, id, `/v3/${key}`, 13],
    ],
  );
  assert.deepEqual(
    [data[2].id, data[2].origin, data[2].address, data[1].origin],
    [answer.headers['x-request-id'] ?? answer.json().requestId, 'https://shop.example', '127.0.0.0', null],
  );
  assert.doesNotMatch(JSON.stringify(data), /secret|b\.example/);
  assert.deepEqual((await list('?key=unknown')).data, [data[1]]);
  assert.deepEqual((await list(`?collectorId=${id}`)).data, [data[0], data[2]]);
  const first = await list('?limit=2');
  assert.deepEqual((await list(`?limit=2&cursor=${first.page.next}`)).data, [data[2]]);
});

test('only the last five hundred rejected requests are kept', async () => {
  await using server = await startTestServer();
  for (let i = 0; i < 510; i++) await server.call('GET', `/k${i}/dcs.gif`);
  const keys: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = (await server.call('GET', `/api/v1/collectors/rejected?limit=200${query}`)).json();
    keys.push(...page.data.map((one: { key: string }) => one.key));
    cursor = page.page.next;
  }
  assert.deepEqual([keys.length, keys[0], keys.at(-1)], [500, 'k509', 'k10']);
});
