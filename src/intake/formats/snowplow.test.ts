import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../api/testing/server.testing.ts';

const tp2 = 'com.snowplowanalytics.snowplow/tp2';
const schemaOf = (name: string) => `iglu:com.acme/${name}/jsonschema/1-0-0`;
const base64 = (json: string) => Buffer.from(json).toString('base64');
const order = (data: string) => `{"schema":"x","data":{"schema":"${schemaOf('order')}","data":${data}}}`;
const ue = (eid: string, data: string, more: object = {}) => ({ e: 'ue', eid, ue_px: base64(order(data)), ...more });

async function startTracker(collector: object = {}) {
  const server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C', ...collector });
  return {
    ...server,
    key: String(key),
    send: (data: object[], path = `/${key}/${tp2}`) => server.call('POST', path, { schema: 'iglu:payload', data }),
    rejected: async () => (await server.call('GET', '/api/v1/collectors/rejected')).json().data,
    stored: async () => (await server.journal.log.events({ limit: 100 })).reverse(),
  };
}

test('the key of a tracker is in its address, or the application id of its events', async () => {
  await using one = await startTracker();
  const aid = one.key;
  const answers = [
    await one.send([ue('1', '{}', { aid: 'shop' })]),
    await one.send([ue('2', '{}')], `/${aid}/com.acme/track`),
    await one.send([{ e: 7 }, ue('3', '{}', { aid })], `/${tp2}`),
    await one.send([ue('4', '{}', { aid })], '/com.acme/v1/'),
    await one.call('GET', `/i?e=pv&eid=5&aid=${aid}`),
    await one.call('GET', `/${aid}/i?e=pv&eid=6&aid=shop`),
  ];
  assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]));
  assert.deepEqual(
    (await one.stored()).map(({ name }) => name),
    ['order', 'order', 'order', 'order', 'page_view', 'page_view'],
  );
  const unknown = [
    await one.send([ue('7', '{}', { aid })], `/none/${tp2}`),
    await one.send([ue('8', '{}')], `/${tp2}`),
    await one.call('GET', '/i?e=pv'),
    await one.call('GET', `/none/i?e=pv&aid=${aid}`),
  ];
  assert.deepEqual(
    unknown.map(({ statusCode }) => statusCode),
    [401, 401, 401, 401],
  );
});

test('other parts of the server keep their addresses', async () => {
  await using one = await startTracker();
  for (const [method, path, status] of [
    ['POST', '/api/com.acme/track', 404],
    ['GET', '/v1/i', 405],
    ['GET', `/${one.key}/${tp2}`, 405],
    ['HEAD', `/${one.key}/i`, 405],
    ['POST', '/i', 405],
  ] as const)
    assert.equal(
      (await one.call(method, path, method === 'POST' ? {} : undefined)).statusCode,
      status,
      `${method} ${path}`,
    );
  assert.deepEqual(await one.stored(), []);
});

test('self-describing data are the same as JSON and as Base64, in either alphabet, with and without padding', async () => {
  await using one = await startTracker();
  const json = order(
    '{"big":9007199254740993,"price":1.50,"odd":NaN,"none":null,"text":"ÿÿÿ>>>??? \\ud800","list":[1, {"a":true}]}',
  );
  const padded = base64(json);
  assert.match(padded, /\+/);
  assert.match(padded, /\/.*=$/);
  const url = Buffer.from(json).toString('base64url');
  const events = [
    { ue_pr: json },
    { ue_px: padded },
    { ue_px: url },
    { ue_px: `${url}=` },
    { ue_px: padded.replace(/=+$/, '') },
  ];
  await one.send(events.map((event, index) => ({ e: 'ue', eid: `${index}`, ...event })));
  for (const [index, text] of [padded, encodeURIComponent(padded), url].entries())
    assert.equal((await one.call('GET', `/${one.key}/i?e=ue&eid=get-${index}&ue_px=${text}`)).statusCode, 200);
  const stored = await one.stored();
  assert.equal(stored.length, 8);
  for (const { name, data, ext } of stored) {
    assert.equal(name, 'order');
    assert.deepEqual(data, {
      big: '9007199254740993',
      price: '1.50',
      text: 'ÿÿÿ>>>??? \ufffd',
      list: ['1', { a: 'true' }],
    });
    assert.equal(ext['schema'], schemaOf('order'));
  }
});

test('contexts have the names of their schemas, and fields of the tracker stand in the context of the event', async () => {
  await using one = await startTracker();
  const contexts = [
    { schema: schemaOf('user'), data: { plan: 'pro' } },
    { schema: schemaOf('ok'), data: { a: 1 } },
    { schema: schemaOf('product'), data: { sku: 'A' } },
    { schema: schemaOf('product'), data: { sku: 'B' } },
    { schema: schemaOf('client_session'), data: { sessionId: 's-1' } },
  ];
  const page = { url: 'https://shop.example/', page: 'Shop', refr: 'https://a.example/', tv: 'js-4.10.1', lang: 'de' };
  const rest = { ip: '203.0.113.9', res: '1280x720', uid: 'u-1', duid: 'd-1', trace: 'forged' };
  await one.send([ue('1', '7', { ...page, ...rest, cx: base64(JSON.stringify({ schema: 'x', data: contexts })) })]);
  const [event] = await one.stored();
  assert.deepEqual([event?.visitorId, event?.anonymousId, event?.sessionId], ['u-1', 'd-1', 's-1']);
  assert.deepEqual(event?.data, { data: '7' });
  assert.deepEqual(event?.ext, {
    res: '1280x720',
    page: { url: 'https://shop.example/', title: 'Shop', referrer: 'https://a.example/' },
    library: { name: 'js', version: '4.10.1' },
    locale: 'de',
    ip: '203.0.113.0',
    schema: schemaOf('order'),
    contexts: {
      user: { plan: 'pro' },
      ok: { a: '1' },
      product: [{ sku: 'A' }, { sku: 'B' }],
      client_session: { sessionId: 's-1' },
    },
  });
});

test('events without a schema have their fields by name', async () => {
  await using one = await startTracker();
  await one.send([
    { e: 'se', eid: '1', se_ca: 'shop', se_ac: 'add', se_va: '2' },
    { e: 'tr', eid: '2', tr_id: 'o-1', tr_tt: '120.50', tr_cu: 'EUR' },
    { e: 'ti', eid: '3', ti_id: 'o-1', ti_sk: 'A-1', ti_pr: '60.25', ti_qu: '2' },
    { e: 'pp', eid: '4', url: 'https://shop.example/', pp_may: '300' },
    { e: 'se', eid: '5', se_ca: 'shop' },
  ]);
  assert.deepEqual(
    (await one.stored()).map(({ name, data }) => [name, data]),
    [
      ['add', { category: 'shop', action: 'add', value: '2' }],
      ['transaction', { order_id: 'o-1', total: '120.50', currency: 'EUR' }],
      ['transaction_item', { order_id: 'o-1', sku: 'A-1', price: '60.25', quantity: '2' }],
      ['page_ping', { yOffsetMax: '300' }],
      ['event', { category: 'shop' }],
    ],
  );
});

test('an event that cannot be read is refused alone, by a status after which no tracker repeats it', async () => {
  await using one = await startTracker();
  const bad = [
    { e: 'xx', eid: 'b0' },
    { e: 'ue', eid: 'b1' },
    { e: 'ue', eid: 'b2', ue_px: 'A'.repeat(100_000) },
    { e: 'ue', eid: 'b3', ue_px: base64(`${'{"a":'.repeat(50_000)}`) },
    { e: 'ue', eid: 'b4', ue_px: base64(order(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)) },
    { e: 'ue', eid: 'b5', ue_pr: '{"schema":"x","data":{"schema":"no-iglu","data":{}}}' },
    { e: 'pv', eid: 'b6', cx: base64('{"data":[{"data":{}}]}') },
    { e: 'pv', eid: 'b7', co: '{' },
    { e: 'pv', eid: 'b8', page: 'x'.repeat(1_100_000) },
    { e: 'constructor', eid: 'b9' },
    { e: { toString: 1 }, eid: { toString: 1 }, tv: [{ toString: 1 }], uid: { valueOf: 1 } },
  ];
  for (const event of bad) {
    const answer = await one.send([event]);
    assert.equal(answer.statusCode, 200, JSON.stringify(event.eid));
  }
  const mixed = await one.send([{ e: 'pv', eid: 'first' }, ...bad, { e: 'pv', eid: 'last' }]);
  assert.deepEqual([mixed.statusCode, mixed.body], [200, '{"success":true}']);
  assert.equal((await one.stored()).length, 2);
  const rejected = await one.rejected();
  assert.equal(rejected.length, bad.length + 1);
  assert.match(rejected[0].detail, /^11 of 13 events are refused, the first at \/1: The type e of an event/);
});

test('a request by GET is answered with an image, also when its event is refused', async () => {
  await using one = await startTracker({ rate: { limit: 2, perMs: 60_000 } });
  const statuses: [number, unknown][] = [];
  for (const query of ['e=pv&eid=1', 'e=xx', 'e=pv&eid=2']) {
    const { statusCode, headers } = await one.call('GET', `/${one.key}/i?${query}`);
    statuses.push([statusCode, headers['content-type']]);
  }
  assert.deepEqual(statuses, [
    [200, 'image/gif'],
    [200, 'image/gif'],
    [429, 'text/plain; charset=utf-8'],
  ]);
  assert.equal((await one.rejected()).length, 2);
  assert.equal((await one.stored()).length, 1);
});

test('a wrong clock of a page is corrected, but not that of a back end, nor the time that a caller gives', async () => {
  await using one = await startTracker();
  const now = one.clock.now;
  const hour = 3_600_000;
  const late = { dtm: String(now - 2 * hour), stm: String(now - 1.5 * hour) };
  await one.send([
    ue('1', '{}', { ...late, p: 'web' }),
    ue('2', '{}', { ...late, p: 'srv' }),
    ue('3', '{}', { ...late, p: 'web', ttm: String(now - 3 * hour) }),
    ue('4', '{}', { dtm: now - hour, p: 'srv' }),
    ue('5', '{}', { dtm: String(now + hour) }),
  ]);
  assert.deepEqual(
    (await one.stored()).map(({ occurredAt }) => (now - Date.parse(occurredAt)) / hour),
    [0.5, 2, 3, 1, 0],
  );
});
