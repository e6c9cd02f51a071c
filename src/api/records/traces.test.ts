import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { traceScript } from '../../contract/records/trace.ts';
import { startTestServer } from '../testing/server.testing.ts';

async function startShop() {
  const server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C' });
  const trace = await server.make('/traces', { name: 'My click' });
  const id = String(trace['id']);
  const send = async (query: string, event: Record<string, unknown>, headers: Record<string, string> = {}) =>
    (await server.call('POST', `/v3/${key}${query}`, { events: [event] }, headers)).json().ids[0];
  const get = async (path = `/api/v1/traces/${id}`) => (await server.call('GET', path)).json();
  const eventsOf = (reported: { events: { event: { id: string } }[] }) => reported.events.map((one) => one.event.id);
  return { ...server, key, trace, id, send, get, eventsOf };
}

test('an event belongs to a running trace by query, header, page address or key, and to none otherwise', async () => {
  await using shop = await startShop();
  const { id, send } = shop;
  const ids = [
    await send(`?millrace_trace=${id}`, { n: 1 }),
    await send('', { n: 2 }, { 'millrace-trace': id }),
    await send('', { n: 3, 'wt.es': `shop.example/cart?a=b&millrace_trace=${id}` }),
    await send('', { n: 4, 'ext.trace': id }),
  ];
  await send('', { n: 5 });
  await send('?millrace_trace=trc_00000000000000000000000000', { n: 6 });
  await shop.call('GET', `/${shop.key}/dcs.gif?n=7&millrace_trace=${id}`);
  const reported = await shop.get();
  assert.deepEqual([reported.name, reported.state, reported.endedAt], ['My click', 'running', null]);
  assert.deepEqual(shop.eventsOf(reported).slice(0, 4), ids);
  assert.equal(reported.events.length, 5);
  const [first] = (await shop.get(`/api/v1/events?trace=${id}&limit=200`)).data.slice(-1);
  assert.deepEqual([first.id, first.ext], [ids[0], { trace: id }]);
});

test('a trace lists at most 100 of the actions that an event does not match, and counts all', async () => {
  await using shop = await startShop();
  for (let n = 0; n < 103; n++) {
    const rules = { parameter: 'n', operator: 'equals', value: n === 102 ? '1' : 'other' };
    await shop.make('/actions', { name: `Action ${n}`, description: 'x', status: 'enabled', rules });
  }
  await shop.send(`?millrace_trace=${shop.id}`, { n: 1 });
  const [one] = (await shop.get()).events;
  const matching = one.actions.filter(({ matched }: { matched: boolean }) => matched);
  assert.deepEqual([one.actions.length, one.notMatching, matching.length], [101, 102, 1]);
});

test('a trace shows the actions that its events match, and their deliveries', async () => {
  await using shop = await startShop();
  const connection = await shop.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example' });
  const to = await shop.make(`/connections/${connection['id']}/destinations`, { name: 'O', status: 'enabled' });
  const rules = { parameter: 'n', operator: 'equals', value: '1' };
  const action = await shop.make('/actions', { name: 'Ones', description: 'x', status: 'enabled', rules });
  await shop.make('/actions', { name: 'Off', description: 'x' });
  const eventId = await shop.send(`?millrace_trace=${shop.id}`, { n: 1 });
  const ids = { destinationId: String(to['id']), connectionId: String(connection['id']) };
  const sent = await shop.deliver(ids, { eventId, actionId: String(action['id']) });
  const [one] = (await shop.get()).events;
  assert.deepEqual(one.actions, [{ actionId: action['id'], name: 'Ones', matched: true, decidedBy: '' }]);
  assert.deepEqual([one.event.id, one.deliveries[0].id], [eventId, sent]);
});

test('a trace ends when it is stopped or after two hours, and then adds no events', async () => {
  await using shop = await startShop();
  const kept = await shop.send(`?millrace_trace=${shop.id}`, { n: 1 });
  const stopped = (await shop.call('POST', `/api/v1/traces/${shop.id}/stop`)).json();
  assert.deepEqual([stopped.state, typeof stopped.endedAt], ['ended', 'string']);
  await shop.send(`?millrace_trace=${shop.id}`, { n: 2 });
  assert.deepEqual(shop.eventsOf(await shop.get()), [kept]);
  const { id, expiresAt } = await shop.make('/traces', {});
  shop.clock.now += 7_200_000;
  await shop.send(`?millrace_trace=${id}`, { n: 3 });
  const late = await shop.get(`/api/v1/traces/${id}`);
  assert.deepEqual([late.state, late.endedAt, late.events], ['ended', expiresAt, []]);
});

test('traces are listed newest first: running ones, then ended ones, page by page', async () => {
  await using shop = await startShop();
  const second = String((await shop.make('/traces', {}))['id']);
  shop.clock.now += 1_000;
  const third = String((await shop.make('/traces', { name: 'Third' }))['id']);
  await shop.call('POST', `/api/v1/traces/${second}/stop`);
  const list = async (query: string) => {
    const { data, page } = await shop.get(`/api/v1/traces${query}`);
    return { ids: data.map((one: { id: string }) => one.id), ...page };
  };
  const all = [shop.id, second, third].sort().reverse();
  assert.deepEqual((await list('')).ids, all);
  assert.deepEqual((await list('?state=running')).ids, [third, shop.id]);
  assert.deepEqual((await list('?state=ended')).ids, [second]);
  const first = await list('?limit=2');
  assert.deepEqual((await list(`?limit=2&cursor=${first.next}`)).ids, all.slice(2));
  shop.clock.now += 7_200_000;
  assert.deepEqual((await list('?state=running')).ids, []);
  assert.equal((await shop.call('GET', '/api/v1/traces?state=odd')).statusCode, 422);
});

test('a trace of an earlier process is read from its events; an unknown one is not found', async () => {
  await using shop = await startShop();
  shop.clock.now += 60_000;
  const kept = [
    await shop.send(`?millrace_trace=${shop.id}`, { n: 1 }),
    await shop.send(`?millrace_trace=${shop.id}`, { n: 2 }),
  ];
  await using other = await startTestServer({ journal: shop.journal });
  const reported = (await other.call('GET', `/api/v1/traces/${shop.id}`)).json();
  assert.deepEqual(
    [reported.name, reported.state, reported.startedAt, shop.eventsOf(reported)],
    [null, 'ended', shop.trace['startedAt'], kept],
  );
  for (const id of ['trc_none', `${shop.id.slice(0, -1)}${shop.id.endsWith('0') ? '1' : '0'}`])
    assert.equal((await shop.call('GET', `/api/v1/traces/${id}`)).statusCode, 404);
  assert.equal((await other.call('POST', `/api/v1/traces/${shop.id}/stop`)).statusCode, 404);
});

test('a hundred traces can run at once, and 200 events of each are shown', async () => {
  await using shop = await startShop();
  const events = Array.from({ length: 210 }, (_, n) => ({ n }));
  await shop.call('POST', `/v3/${shop.key}?millrace_trace=${shop.id}`, { events });
  assert.equal((await shop.get()).events.length, 200);
  for (let i = 1; i < 100; i++) await shop.make('/traces', {});
  assert.equal((await shop.call('POST', '/api/v1/traces', {})).statusCode, 409);
  await shop.call('POST', `/api/v1/traces/${shop.id}/stop`);
  assert.equal((await shop.call('POST', '/api/v1/traces', {})).statusCode, 201);
});

test('when a hundred traces run, another person gets the place of the oldest one of those who have more', async () => {
  await using shop = await startShop();
  for (let i = 1; i < 100; i++) await shop.make('/traces', {});
  shop.grant('other', ['events:view']);
  const start = (token: string) =>
    shop.call('POST', '/api/v1/traces', {}, { authorization: `Bearer ${token}` }).then(({ statusCode }) => statusCode);
  assert.deepEqual([await start('other'), await start('admin')], [201, 409]);
  const running = (await shop.get('/api/v1/traces?state=running&limit=200')).data;
  assert.equal(running.length, 100);
  assert.equal((await shop.get()).state, 'ended');
});

test("the console line adds the trace to a page's requests to a collector only", () => {
  const sent: string[] = [];
  const page = {
    URL,
    Request,
    location: { href: 'https://shop.example/cart' },
    fetch: (address: string | Request) => sent.push(address instanceof Request ? address.url : address),
    navigator: { sendBeacon: (address: string) => sent.push(address) },
    XMLHttpRequest: class {
      open(_method: string, address: string) {
        sent.push(address);
      }
    },
    HTMLImageElement: class {
      set src(address: string) {
        sent.push(address);
      }
    },
  };
  const window = Object.assign(page, { window: page });
  runInNewContext(traceScript('trc_1'), window);
  window.fetch('https://in.example/v3/key');
  window.fetch(new Request('https://in.example/v3/key?a=1', { method: 'POST', body: 'x' }));
  window.navigator.sendBeacon('/v3/key');
  new window.XMLHttpRequest().open('POST', 'https://in.example/v3/key');
  new window.HTMLImageElement().src = 'https://in.example/key/dcs.gif?n=1';
  window.fetch('https://other.example/api');
  assert.deepEqual(sent, [
    'https://in.example/v3/key?millrace_trace=trc_1',
    'https://in.example/v3/key?a=1&millrace_trace=trc_1',
    'https://shop.example/v3/key?millrace_trace=trc_1',
    'https://in.example/v3/key?millrace_trace=trc_1',
    'https://in.example/key/dcs.gif?n=1&millrace_trace=trc_1',
    'https://other.example/api',
  ]);
});
