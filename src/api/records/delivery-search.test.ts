import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRights } from '../../contract/accounts/rights.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { attempt } from '../../journal/conformance/journal-samples.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

const minute = 60_000;

async function startStory() {
  const server = await startTestServer();
  const to = { destinationId: `dst_${'0'.repeat(26)}`, connectionId: `con_${'0'.repeat(26)}` };
  const answered = (status: number, body: string, durationMs = 5): Attempt[] => [
    { ...attempt(1), durationMs, response: { status, headers: [], body, truncated: false } },
  ];
  const get = async (path: string) => (await server.call('GET', `/api/v1/deliveries${path}`)).json();
  const find = async (query: string) => (await get(`?${query}`)).data.map((one: { id: string }) => one.id);
  return { ...server, to, answered, get, find };
}

test('deliveries are found by status code, its class, duration, visitor and text, and the answer says how far it looked', async () => {
  await using story = await startStory();
  const { find, to, answered } = story;
  const collector = await story.make('/collectors', { name: 'C' });
  const sent = await story.call('POST', `/v3/${collector['key']}`, { events: [{ 'wt.dcsvid': 'ada' }] });
  const [eventId] = sent.json().ids;
  const ok = await story.deliver(to, { attemptLog: answered(200, 'fine', 90), eventId });
  const bad = await story.deliver(to, { attemptLog: answered(422, 'Unknown SKU') });
  const unsent = await story.deliver(to);
  assert.deepEqual(await find('httpStatus=422'), [bad]);
  assert.deepEqual(await find('httpStatus=4xx'), [bad]);
  assert.deepEqual(await find('httpStatus=2xx'), [ok]);
  assert.deepEqual(await find('durationMsMin=90'), [ok]);
  assert.deepEqual(await find('visitorId=ada'), [ok]);
  assert.deepEqual(await find('q=unknown%20sku'), [bad]);
  assert.deepEqual(await find('recovered=true'), []);
  const { searched, page } = await story.get('?q=nowhere');
  assert.deepEqual([searched.deliveries, searched.until, page.next], [3, null, null]);
  assert.ok(searched.bytes > 0);
  const first = await story.get('?recovered=false&limit=1');
  assert.deepEqual([first.data[0].id, first.searched.until], [unsent, '2026-01-02T03:04:05.000Z']);
  const second = await story.get(`?recovered=false&limit=1&cursor=${first.page.next}`);
  assert.deepEqual(second.data[0].id, bad);
  const back = await story.get(`?recovered=false&limit=1&cursor=${second.page.prev}`);
  assert.deepEqual(back.data[0].id, unsent);
});

test('wrong filters are refused, and text is searched only with the right to see payloads', async () => {
  await using story = await startStory();
  for (const path of ['', '/histogram'])
    for (const query of [
      'httpStatus=99',
      'httpStatus=4x',
      'durationMsMin=-1',
      'durationMsMin=x',
      'q=a',
      'recovered=1',
      `q=${'x'.repeat(201)}`,
    ])
      assert.equal((await story.call('GET', `/api/v1/deliveries${path}?${query}`)).statusCode, 422, `${path} ${query}`);
  for (const query of ['buckets=0', 'buckets=201', 'cursor=x', 'limit=1', 'createdAfter=today'])
    assert.equal((await story.call('GET', `/api/v1/deliveries/histogram?${query}`)).statusCode, 422, query);
  story.grant(
    'blind',
    allRights.filter((right) => right !== 'payloads:view'),
  );
  const blind = { authorization: 'Bearer blind' };
  for (const path of ['', '/histogram']) {
    assert.equal((await story.call('GET', `/api/v1/deliveries${path}?q=abc`, undefined, blind)).statusCode, 403);
    assert.equal(
      (await story.call('GET', `/api/v1/deliveries${path}?visitorId=ada`, undefined, blind)).statusCode,
      200,
    );
  }
});

test('a histogram counts deliveries per bucket and state, with the same filters as the list', async () => {
  await using story = await startStory();
  const { to, answered, clock } = story;
  const begun = clock.now;
  await story.deliver(to, { attemptLog: answered(200, 'fine') });
  await story.deliver(to, { attemptLog: answered(422, 'bad') });
  clock.now += 10 * minute;
  const sending = await story.deliver(to);
  await story.deliver(to);
  const range = `createdAfter=${new Date(begun).toISOString()}&createdBefore=${new Date(begun + 20 * minute).toISOString()}`;
  const count = async (query: string) => {
    const { bucketMs, buckets, totals, countedFrom } = await story.get(`/histogram?${range}&buckets=3&${query}`);
    assert.deepEqual([bucketMs, countedFrom], [10 * minute, null]);
    const filled = (counts: Record<string, number>) => Object.entries(counts).filter(([, number]) => number > 0);
    return {
      times: buckets.map((one: { at: string }) => one.at.slice(11, 16)),
      totals: filled(totals),
      buckets: buckets.map((one: { counts: Record<string, number> }) => filled(one.counts)),
    };
  };
  assert.deepEqual(await count(''), {
    times: ['03:00', '03:10', '03:20'],
    totals: [
      ['pending', 2],
      ['delivered', 2],
    ],
    buckets: [[['delivered', 2]], [['pending', 2]], []],
  });
  assert.deepEqual((await count('httpStatus=4xx')).totals, [['delivered', 1]]);
  assert.deepEqual((await count('q=bad')).buckets, [[['delivered', 1]], [], []]);
  assert.deepEqual((await count('status=delivered')).totals, [['delivered', 2]]);
  story.sending.add(sending);
  assert.deepEqual((await count('status=sending')).totals, [['sending', 1]]);
  story.closed.set(to.destinationId, { reason: 'destination_paused', detail: null, probeAt: null });
  assert.deepEqual((await count('reason=destination_paused')).totals, [['held', 1]]);
  assert.deepEqual((await count('')).totals, [
    ['held', 2],
    ['delivered', 2],
  ]);
  const day = await story.get('/histogram');
  assert.deepEqual([day.totals.delivered, day.bucketMs, day.buckets[0].at.slice(11, 16)], [2, 15_000, '03:04']);
});

test('a histogram says how many of its failed deliveries a person still has to decide about', async () => {
  await using story = await startStory();
  const { to, answered } = story;
  await story.deliver(to, { attemptLog: answered(200, 'fine') });
  assert.equal((await story.get('/histogram')).unresolved, undefined);
  assert.equal((await story.get('/histogram?countUnresolved=true')).unresolved, 0);
});
