import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { startTestServer } from '../api/testing/server.testing.ts';
import { tokenPrefix } from '../contract/accounts/token.ts';
import { newSecret } from '../identity/one-time-secret.ts';

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

test('no secret that a sender put into a wrong place is in a rejected request', async () => {
  await using server = await startTestServer();
  const secret = 'a-secret-of-a-connection';
  const auth = { type: 'bearer', token: secret };
  await server.make('/connections', { name: 'C', baseUrl: 'https://crm.example', auth });
  const { key } = await server.make('/collectors', { name: 'C', allowedOrigins: [], formats: ['infinity', 'segment'] });
  const token = newSecret(tokenPrefix);
  for (const value of [secret, token]) {
    await server.call('POST', `/v3/${value}`, {}, { origin: `https://${value}.example` });
    await server.call('POST', `/v3/${'x'.repeat(240)}${value}`, {});
    const authorization = `Basic ${Buffer.from(`${value}:`).toString('base64')}`;
    await server.call('POST', '/v1/track', { type: 'track', event: 'Paid' }, { authorization });
    await server.call('POST', `/v3/${key}`, { [value]: 1 }, { origin: `https://${value}.example` });
  }
  const { data } = (await server.call('GET', '/api/v1/collectors/rejected')).json();
  assert.equal(data.length, 8);
  const bodies = data.map(({ id }: { id: string }) => server.call('GET', `/api/v1/collectors/rejected/${id}`));
  const shown = [JSON.stringify(data), ...(await Promise.all(bodies)).map((answer) => answer.body)].join('\n');
  assert.ok(shown.includes('"key":"[secret]"') && shown.includes('"path":"/v3/[secret]"'), shown);
  for (const value of [secret, token]) assert.ok(!shown.includes(value.slice(0, 14)), shown);
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

test('the body of a rejected request can be read masked, and an erasure of any visitor removes it', async () => {
  await using server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C' });
  const answer = await server.call('POST', `/v3/${key}`, '{"events":[{"wt.dcsvid":"ada@shop.example"},{}]}');
  const id = answer.headers['x-request-id'];
  const read = async () => (await server.call('GET', `/api/v1/collectors/rejected/${id}`)).json();
  const { body, code } = await read();
  assert.deepEqual([code, body], ['invalid_events', '{"events":[{"wt.dcsvid":"xxx@xxxx.xxxxxxx"},{}]}']);
  const [listed] = (await server.call('GET', '/api/v1/collectors/rejected')).json().data;
  assert.deepEqual([listed.hasBody, 'body' in listed], [true, false]);
  assert.equal((await server.call('GET', '/api/v1/collectors/rejected/req_none')).statusCode, 404);
  const begun = await server.call('POST', '/api/v1/privacy/erase', { visitorId: 'somebody else' });
  assert.equal(begun.statusCode, 202);
  await eventually('the body to be removed', async () => (await read()).body === null);
});

test('in a flood of rejected requests few bodies are kept', async () => {
  await using server = await startTestServer();
  const { key, id } = await server.make('/collectors', { name: 'C' });
  for (let i = 0; i < 60; i++) await server.call('POST', `/v3/${key}`, '{"events":[]}');
  const { data } = (await server.call('GET', `/api/v1/collectors/rejected?collectorId=${id}&limit=200`)).json();
  const kept = data.filter((one: { hasBody: boolean }) => one.hasBody);
  assert.deepEqual([data.length, kept.length], [60, 50]);
});
