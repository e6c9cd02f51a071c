import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../testing/server.testing.ts';

const base = { of: 'deliveries', filter: {} };
const id26 = '00000000000000000000000000';

test('invalid input of a replay is refused with a pointer, and nothing is stored', async () => {
  await using server = await startTestServer();
  const cases: [Record<string, unknown>, string][] = [
    [{}, '/of'],
    [{ of: 'actions', filter: {} }, '/of'],
    [{ of: 'deliveries' }, '/filter'],
    [{ ...base, ids: [`dlv_${id26}`] }, '/filter'],
    [{ of: 'deliveries', ids: [] }, '/ids'],
    [{ of: 'deliveries', ids: [`evt_${id26}`] }, '/ids/0'],
    [{ of: 'deliveries', ids: Array.from({ length: 1_001 }, () => `dlv_${id26}`) }, '/ids'],
    [{ ...base, filter: { status: 'pending' } }, '/filter/status'],
    [{ ...base, filter: { visitorId: 'v' } }, '/filter/visitorId'],
    [{ ...base, filter: { destinationId: 'con_1' } }, '/filter/destinationId'],
    [{ ...base, filter: { createdAfter: 'today' } }, '/filter/createdAfter'],
    [{ ...base, filter: { createdAfter: '2026-01-02T00:00:00Z', createdBefore: '2026-01-01T00:00:00Z' } }, '/filter'],
    [{ ...base, ratePerSecond: 0 }, '/ratePerSecond'],
    [{ ...base, ratePerSecond: 1_001 }, '/ratePerSecond'],
    [{ ...base, order: 'random' }, '/order'],
    [{ ...base, only: 'some' }, '/only'],
    [{ ...base, reason: 'two\nlines' }, '/reason'],
    [{ ...base, to: { destinationId: `dst_${id26}` } }, '/body'],
    [{ ...base, to: { destinationId: `dst_${id26}` }, body: 'current' }, '/to/destinationId'],
    [{ of: 'events', filter: {}, to: { actionId: `act_${id26}` } }, '/to/actionId'],
    [{ of: 'events', filter: {}, body: 'original' }, '/body'],
    [{ ...base, typo: 1 }, '/typo'],
  ];
  for (const [body, pointer] of cases)
    for (const plan of [true, false]) {
      const answer = await server.call('POST', '/api/v1/replays', { ...body, plan });
      const { errors = [] } = answer.json();
      assert.equal(answer.statusCode, 422, `${JSON.stringify(body).slice(0, 200)}: ${answer.body}`);
      assert.equal(errors[0]?.pointer, pointer, answer.body);
    }
  assert.deepEqual((await server.call('GET', '/api/v1/replays')).json().data, []);
  assert.equal((await server.call('GET', '/api/v1/replays?state=odd')).statusCode, 422);
  assert.equal((await server.call('GET', `/api/v1/replays/rpl_${id26}`)).statusCode, 404);
  assert.equal((await server.call('POST', `/api/v1/replays/rpl_${id26}/pause`)).statusCode, 404);
});

test('a plan stores nothing; a repeated request starts no second replay; an operation that does not fit the state is a conflict', async () => {
  await using server = await startTestServer();
  const planned = await server.call('POST', '/api/v1/replays', { ...base, plan: true });
  assert.deepEqual([planned.statusCode, planned.json().deliveries, planned.json().samples], [200, 0, []]);
  const once = () => server.call('POST', '/api/v1/replays', { ...base, reason: 'why' }, { 'idempotency-key': 'k' });
  const [first, second] = [await once(), await once()];
  assert.deepEqual([first.statusCode, second.statusCode, second.body], [201, 201, first.body]);
  const { data } = (await server.call('GET', '/api/v1/replays')).json();
  assert.equal(data.length, 1);
  const at = `/api/v1/replays/${data[0].id}`;
  assert.equal((await server.call('GET', at)).json().reason, 'why');
  const states = [];
  for (const move of ['resume', 'pause', 'pause', 'resume', 'cancel', 'cancel', 'resume'])
    states.push((await server.call('POST', `${at}/${move}`)).statusCode);
  assert.deepEqual(states, [409, 200, 409, 200, 200, 409, 409]);
});

test('of two operations on a replay at once, the refused one names the state that the other made', async () => {
  await using server = await startTestServer();
  const { id } = (await server.call('POST', '/api/v1/replays', base)).json();
  const move = (to: string) => server.call('POST', `/api/v1/replays/${id}/${to}`);
  await move('pause');
  const [cancelled, refused] = await Promise.all([move('cancel'), move('resume')]);
  assert.equal(cancelled.statusCode, 200);
  assert.equal(refused.json().detail, "The replay is cancelled, so it can't be resumed.");
});

test("without payloads:view a plan has no samples; without events:view events can't be replayed", async () => {
  await using server = await startTestServer();
  server.grant('ops', ['deliveries:manage']);
  const call = (body: unknown) => server.call('POST', '/api/v1/replays', body, { authorization: 'Bearer ops' });
  assert.equal((await call({ ...base, plan: true })).json().samples, null);
  assert.equal((await call({ of: 'events', filter: {}, plan: true })).statusCode, 403);
});
