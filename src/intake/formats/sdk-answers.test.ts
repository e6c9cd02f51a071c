import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import inject, { type InjectOptions } from 'light-my-request';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { AppError } from '../../contract/errors.ts';

type Headers = Record<string, string>;

/** The statuses of most SDKs. `noEvent`: the only event of the request is none. */
const usual = { unreadable: 400, noEvent: 400, tooLarge: 400, overRate: 429 };

/** A request of an SDK with one body, which may be wrong. */
type Sender = {
  name: string;
  url(key: string): string;
  headers(key: string): Headers;
  event: object;
  statuses?: Partial<typeof usual>;
};

const basic = (key: string): Headers => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
const order = { type: 'track', event: 'Order Completed', userId: 'u-1', properties: { total: 120.9 } };

const transaction = { e: 'tr', uid: 'u-1', tr_id: 'o-1', tr_tt: '120.9' };
/** Snowplow's trackers repeat every 4xx, some without end. */
const snowplow = {
  name: 'snowplow',
  headers: () => ({}),
  event: transaction,
  statuses: { unreadable: 200, noEvent: 200, tooLarge: 200 },
};

const senders: Sender[] = [
  { name: 'segment', url: () => '/v1/t', headers: basic, event: order },
  { name: 'segment', url: () => '/v1/batch', headers: basic, event: order },
  { name: 'segment', url: () => '/v1/import/', headers: basic, event: order },
  { name: 'rudderstack', url: () => '/v1/batch', headers: basic, event: { ...order, channel: 'server' } },
  { name: 'rudderstack', url: (key) => `/beacon/v1/batch?writeKey=${key}`, headers: () => ({}), event: order },
  { name: 'jitsu', url: () => '/api/s/track', headers: (key) => ({ 'x-write-key': `${key}:x` }), event: order },
  { name: 'jitsu', url: () => '/api/s/s2s/track', headers: (key) => ({ 'x-write-key': key }), event: order },
  {
    name: 'cloudevents',
    url: (key) => `/cloudevents/${key}`,
    headers: () => ({ 'content-type': 'application/cloudevents+json' }),
    event: { specversion: '1.0', id: '1', source: '/shop', type: 'order', subject: 'u-1', data: { total: 120.9 } },
  },
  { ...snowplow, url: (key) => `/${key}/com.snowplowanalytics.snowplow/tp2` },
  { ...snowplow, url: (key) => `/${key}/com.acme/track` },
  {
    name: 'posthog',
    url: () => '/i/v1/analytics/events',
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    event: { event: 'Order Completed', distinct_id: 'u-1', properties: { total: 120.9 } },
    // The response names the refused events, by their ids.
    statuses: { noEvent: 200, tooLarge: 413, overRate: 503 },
  },
];

async function startSenders(collector: object = {}) {
  const server = await startTestServer();
  const made = await server.make('/collectors', { name: 'C', ...collector });
  const key = String(made['key']);
  const ask = (method: string, url: string, payload?: string | Buffer, headers: Headers = {}) =>
    inject(server.handle, {
      method: method as NonNullable<InjectOptions['method']>, // the methods of HTTP
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
  return {
    ...server,
    key,
    id: String(made['id']),
    ask,
    send: ({ url, headers }: Sender, payload: string | Buffer, withKey = key, more: Headers = {}) =>
      ask('POST', url(withKey), payload, { ...headers(withKey), ...more }),
    stored: () => server.journal.log.events({ limit: 100 }),
  };
}

/** A refusal that no SDK repeats for what it says: some do when the body is JSON. */
function assertPlain(answer: { headers: Record<string, unknown>; body: string }, text: string) {
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8', text);
  assert.throws(() => JSON.parse(answer.body), text);
}

test('a request that no SDK must repeat gets a status after which none does, and nothing of it is stored', async () => {
  await using one = await startSenders();
  const bomb = zlib.gzipSync(Buffer.alloc(40_000_000, 32), { level: 1 });
  for (const sender of senders) {
    const text = `${sender.name} ${sender.url('')}`;
    const { unreadable, noEvent, tooLarge } = { ...usual, ...sender.statuses };
    const event = JSON.stringify(sender.event);
    const answers: [expected: number, ReturnType<typeof one.send>][] = [
      [unreadable, one.send(sender, '')],
      [unreadable, one.send(sender, '{"batch":[')],
      [unreadable, one.send(sender, `{"batch":[${event}`)],
      [noEvent, one.send(sender, '{"type":"nonsense"}')],
      [tooLarge, one.send(sender, bomb)],
      [tooLarge, one.send(sender, 'x'.repeat(8_400_000))],
      [unreadable, one.send(sender, event, one.key, { 'content-encoding': 'gzip' })],
      [unreadable, one.send(sender, event, one.key, { 'content-encoding': 'zip' })],
      [401, one.send(sender, event, 'no-such-key')],
    ];
    for (const [expected, pending] of answers) {
      const answer = await pending;
      assert.equal(answer.statusCode, expected, `${text}: ${answer.body}`);
      if (answer.statusCode !== 200 || sender.name === 'snowplow') assertPlain(answer, text);
    }
    const get = await one.ask('GET', sender.url(one.key), undefined, sender.headers(one.key));
    assert.equal(get.statusCode, 405, text);
  }
  assert.deepEqual(await one.stored(), []);
});

test('a bad event of a batch is refused alone, and listed with its reason and the status of the response', async () => {
  await using one = await startSenders();
  const sent =
    '{"batch":[{"type":"track","event":"A","messageId":"1"},{"type":"track"},{"type":"track","event":"B"}],"sentAt":"x"}';
  const answer = await one.ask('POST', '/v1/batch', sent, basic(one.key));
  assert.deepEqual([answer.statusCode, answer.body], [200, '{"success":true}']);
  assert.deepEqual((await one.stored()).map(({ name }) => name).sort(), ['A', 'B']);
  const { data } = (await one.call('GET', '/api/v1/collectors/rejected')).json();
  assert.deepEqual(
    [data.length, data[0].status, data[0].collectorId, data[0].detail],
    [1, 200, one.id, '1 of 3 events are refused, the first at /1: A track needs the name of its event.'],
  );
});

test('a sender over its rate is told to wait, by a status that its SDK repeats', async () => {
  await using one = await startSenders({ rate: { limit: 1, perMs: 60_000 } });
  const [first, ...others] = senders;
  assert.ok(first);
  assert.equal((await one.send(first, JSON.stringify(first.event))).statusCode, 200);
  for (const sender of others) {
    const answer = await one.send(sender, JSON.stringify(sender.event));
    const { overRate } = { ...usual, ...sender.statuses };
    assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [overRate, '60'], sender.name);
    assertPlain(answer, sender.name);
  }
});

test('a server that stores nothing now says 503 to every SDK', async () => {
  await using one = await startSenders();
  one.refusal.error = new AppError('storage_full');
  for (const sender of senders) {
    const answer = await one.send(sender, JSON.stringify(sender.event));
    assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '1'], sender.name);
  }
});

test('a format that is switched off is answered as an unknown key is', async () => {
  await using one = await startSenders({ formats: ['infinity', 'rudderstack'] });
  for (const sender of senders) {
    const answer = await one.send(sender, JSON.stringify(sender.event));
    assert.equal(answer.statusCode, sender.name === 'rudderstack' ? 200 : 401, `${sender.name} ${sender.url('')}`);
  }
  assert.equal((await one.ask('GET', `/v1/projects/${one.key}/settings`)).statusCode, 401);
});

test('the key of the credentials counts, not that of another collector in the body', async () => {
  await using one = await startSenders();
  const other = await one.make('/collectors', { name: 'Other' });
  const body = JSON.stringify({ ...order, writeKey: other['key'] });
  assert.equal((await one.ask('POST', '/v1/track', body, basic(one.key))).statusCode, 200);
  assert.equal((await one.ask('POST', '/v1/track', body)).statusCode, 200);
  const ids = (await one.stored()).map(({ source }) => source.collectorId);
  assert.deepEqual(ids, [other['id'], one.id]);
});

test('an SDK in a page gets its settings, which name this server', async () => {
  await using one = await startSenders({ allowedOrigins: ['https://shop.example'] });
  const origin = { origin: 'https://shop.example', host: 'collect.example' };
  const segment = await one.ask('GET', `/v1/projects/${one.key}/settings`, undefined, origin);
  const { integrations } = segment.json();
  assert.deepEqual(integrations['Segment.io'], { apiKey: one.key, apiHost: 'collect.example/v1', protocol: 'https' });
  assert.equal(segment.headers['access-control-allow-origin'], 'https://shop.example');
  const rudder = await one.ask('GET', `/sourceConfig/?p=npm&writeKey=${one.key}`, undefined, origin);
  assert.deepEqual([rudder.json().source.writeKey, rudder.json().source.destinations], [one.key, []]);
  assert.equal((await one.ask('GET', '/sourceConfig/?writeKey=none')).statusCode, 401);
});

test('events without an id are stored once for each JSON text', async () => {
  await using one = await startSenders();
  for (const sender of senders.slice(0, 3)) await one.send(sender, JSON.stringify(order));
  await one.ask('POST', '/v1/batch', JSON.stringify({ batch: [order, { ...order, messageId: '' }] }), basic(one.key));
  assert.equal((await one.stored()).length, 2);
});

test('the context of a batch belongs to each of its events, and addresses are masked', async () => {
  await using one = await startSenders();
  const page = { ...order, context: { ip: '203.0.113.9', trace: 'forged', millraceHops: 9, locale: 'de' } };
  const body = JSON.stringify({ batch: [order, page], context: { locale: 'en', library: { name: 'go' } } });
  await one.ask('POST', '/v1/batch', body, { ...basic(one.key), origin: 'https://shop.example' });
  const exts = (await one.stored()).map(({ ext }) => ext).reverse();
  assert.deepEqual(exts, [
    { locale: 'en', library: { name: 'go' }, ip: '127.0.0.0' },
    { locale: 'de', library: { name: 'go' }, ip: '203.0.113.0' },
  ]);
  const large = JSON.stringify({ batch: Array.from({ length: 200 }, () => order), context: { a: 'x'.repeat(60_000) } });
  assert.equal((await one.ask('POST', '/v1/batch', large, basic(one.key))).statusCode, 400);
});

test('attributes of a CloudEvent in headers are read percent-encoded, in UTF-8 or in Latin-1, and h2c is ignored', async () => {
  await using one = await startSenders();
  const url = await one.listen({ host: '127.0.0.1', port: 0 });
  const send = (id: string, city: string) =>
    fetch(`${url}/cloudevents/${one.key}`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/s', 'ce-type': 't', 'ce-city': city },
    });
  const values = ['Gr%C3%B6%C3%9Fe', Buffer.from('Größe').toString('latin1'), 'Größe', 'Graz 100%', '%FF'];
  for (const [index, value] of values.entries()) assert.equal((await send(String(index), value)).status, 200);
  const cities = (await one.stored()).map(({ ext }) => ext['city']).reverse();
  assert.deepEqual(cities, ['Größe', 'Größe', 'Größe', 'Graz 100%', '%FF']);
  const http = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    const request = http.request(`${url}/cloudevents/${one.key}`, { method: 'POST', headers }, ({ statusCode }) =>
      resolve(statusCode),
    );
    request.on('error', reject).end('{"specversion":"1.0","id":"h2c","source":"/s","type":"t"}');
  });
  assert.equal(status, 200);
});

test('20,000 events in one request are taken, and other requests are answered while they are', async () => {
  await using one = await startSenders();
  const batch = Array.from({ length: 20_000 }, (_, index) => ({ ...order, messageId: `m-${index}` }));
  const whole = one.ask('POST', '/v1/batch', zlib.gzipSync(JSON.stringify({ batch })), basic(one.key));
  let answered = 0;
  let isDone = false;
  void whole.then(() => {
    isDone = true;
  });
  while (!isDone) {
    const answer = await one.ask('POST', `/v3/${one.key}`, JSON.stringify({ events: [{ 'wt.ev': 'view' }] }));
    assert.equal(answer.statusCode, 200);
    answered += 1;
  }
  assert.equal((await whole).statusCode, 200);
  assert.ok(answered > 5, `${answered} others`);
  const more = JSON.stringify({ batch: [...batch, order] });
  assert.equal((await one.ask('POST', '/v1/batch', more, basic(one.key))).statusCode, 400);
});
