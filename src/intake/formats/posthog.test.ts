import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { startTestServer } from '../../api/testing/server.testing.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const noKey = { authorization: '' };

async function startPosthog(collector: object = {}) {
  const server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C', ...collector });
  return {
    ...server,
    key: String(key),
    send: (path: string, body: object | string, headers: Record<string, string> = {}) =>
      server.call('POST', path, body, { ...noKey, ...headers }),
    stored: async () => (await server.journal.log.events({ limit: 100 })).reverse(),
  };
}

const seen = (uuid: string, more: object = {}) => ({
  event: 'Seen',
  uuid,
  distinct_id: 'u-1',
  properties: {},
  ...more,
});

test('every address of PostHog takes a batch, a list or one event, whose key is around them or in them', async () => {
  await using one = await startPosthog();
  const { key } = one;
  const paths = ['batch', 'batch/', 'capture/', 'e/?ip=0&ver=1.449.2', 'engage', 'track/', 'i/v0/e/', 'i/v0/ai/batch/'];
  for (const [index, path] of paths.entries())
    assert.equal((await one.send(`/${path}`, { api_key: key, batch: [seen(`path-${index}`)] })).statusCode, 200, path);
  const bodies = [
    { token: key, ...seen('single') },
    seen('in properties', { properties: { token: key } }),
    [seen('bad', { event: 7 }), seen('list', { properties: { token: key } })],
  ];
  for (const body of bodies) {
    const answer = await one.send('/e/', body);
    assert.deepEqual([answer.statusCode, answer.body], [200, '{"status":1}']);
  }
  const stored = await one.stored();
  assert.equal(stored.length, paths.length + bodies.length + 1);
  for (const { data } of stored) assert.deepEqual(data, {}, 'the key is no property');
});

test('bodies are read compressed without a header, and from forms with JSON or Base64', async () => {
  await using one = await startPosthog();
  const json = (uuid: string) =>
    JSON.stringify({ api_key: one.key, batch: [seen(uuid, { properties: { text: 'ÿÿ>>??' } })] });
  const encoded = (uuid: string) => encodeURIComponent(Buffer.from(json(uuid)).toString('base64'));
  const answers = [
    await one.send('/e/?compression=gzip-js', zlib.gzipSync(json('1')), { 'content-type': 'text/plain' }),
    await one.send('/e/?compression=base64', `data=${encoded('2')}`, form),
    await one.send('/e/', `data=${encoded('3')}&compression=base64`, form),
    await one.send('/capture/', `data=${encodeURIComponent(json('4'))}`, form),
    await one.send('/e/', `data=${Buffer.from(json('5')).toString('base64')}`, form),
  ];
  for (const { statusCode, body } of answers) assert.equal(statusCode, 200, body);
  assert.deepEqual(
    (await one.stored()).map(({ data }) => data['text']),
    answers.map(() => 'ÿÿ>>??'),
  );
  const hostile = [
    `data=${'QUJD'.repeat(250_000)}`,
    `data=${'QUJD'.repeat(300_000)}`,
    'data=',
    'data=%',
    'data=%FF%FF',
  ];
  for (const body of hostile) assert.ok([400, 413].includes((await one.send('/e/', body, form)).statusCode));
  assert.equal((await one.stored()).length, answers.length);
});

test('the newer address names the refused events, since its SDKs take any other response for a failure', async () => {
  await using one = await startPosthog();
  const url = '/i/v1/analytics/events';
  const bearer = { authorization: `Bearer ${one.key}` };
  const whole = await one.send(url, { batch: [seen('a')] }, bearer);
  assert.deepEqual([whole.statusCode, whole.json()], [200, { results: {} }]);
  const some = await one.send(url, { batch: [seen('b', { event: null }), seen('c')] }, bearer);
  assert.deepEqual([some.statusCode, some.json()], [200, { results: { b: { result: 'drop' } } }]);
  const none = await one.send(url, { batch: [seen('d', { event: '' })] }, bearer);
  assert.deepEqual([none.statusCode, none.json()], [200, { results: { d: { result: 'drop' } } }]);
  assert.equal((await one.send(url, { batch: [seen('e')] }, { authorization: 'Bearer none' })).statusCode, 401);
  assert.deepEqual([(await one.stored()).length], [2]);
});

test('a request is refused by the status after which PostHog’s SDKs keep what can be kept', async () => {
  await using one = await startPosthog({ rate: { limit: 1, perMs: 60_000 } });
  const batch = [seen('a')];
  const answers = [
    await one.send('/batch/', { api_key: 'none', batch }),
    await one.send('/batch/', '{"api_key":'),
    await one.send('/batch/', `{"api_key":"${one.key}","batch":[{"a":"${'x'.repeat(8_400_000)}"}]}`),
    await one.send('/batch/', { api_key: one.key, batch }),
    await one.send('/batch/', { api_key: one.key, batch }),
  ];
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [401, 400, 413, 200, 503],
  );
  assert.equal(answers[4]?.headers['retry-after'], '60');
  for (const { statusCode, headers } of answers)
    if (statusCode !== 200) assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal((await one.stored()).length, 1);
});

test('an SDK learns that flags, recordings and surveys are off, from a page of any origin that the collector allows', async () => {
  await using one = await startPosthog({ allowedOrigins: ['https://shop.example'] });
  const origin = { origin: 'https://shop.example' };
  const config = await one.call('GET', `/array/${one.key}/config`, undefined, origin);
  assert.equal(config.json().sessionRecording, false);
  assert.equal(config.headers['access-control-allow-origin'], 'https://shop.example');
  const script = await one.call('GET', `/array/${one.key}/config.js?v=1`, undefined, origin);
  assert.deepEqual([script.statusCode, script.body], [200, '']);
  assert.equal((await one.call('GET', '/array/none/config')).statusCode, 401);
  assert.equal((await one.call('GET', '/static/surveys.js?v=1.449.2', undefined, origin)).statusCode, 404);
  for (const path of ['/flags/?v=2', '/decide?v=3']) {
    const flags = await one.send(path, { token: one.key, distinct_id: 'u-1' }, origin);
    assert.deepEqual([flags.json().featureFlags, flags.json().errorsWhileComputingFlags], [{}, false], path);
    assert.equal(flags.headers['access-control-allow-origin'], 'https://shop.example');
  }
  for (const path of ['/flags/definitions?token=x', '/api/feature_flag/local_evaluation?token=x'])
    assert.deepEqual(
      (await one.call('GET', path, undefined, { authorization: 'Bearer phx_secret' })).json().flags,
      [],
      path,
    );
  const preflight = { ...origin, 'access-control-request-headers': 'content-type' };
  const asked = await one.call('OPTIONS', '/e/?compression=gzip-js', undefined, preflight);
  assert.deepEqual([asked.statusCode, asked.headers['access-control-allow-headers']], [204, 'content-type']);
});

test('the visitor of an event is the distinct id, the anonymous one that of a device, and a group is none', async () => {
  await using one = await startPosthog();
  const web = { $lib: 'web', $device_id: 'd-1' };
  await one.send('/batch/', {
    api_key: one.key,
    batch: [
      { event: '$pageview', distinct_id: 'd-1', properties: web },
      { event: '$identify', distinct_id: 'u-1', properties: { ...web, $user_id: 'u-1', $anon_distinct_id: 'd-0' } },
      { event: 'Order Completed', distinct_id: 'u-1', properties: { ...web, $user_id: 'u-1' } },
      { event: '$groupidentify', distinct_id: 'u-1', properties: { ...web, $user_id: 'u-1' } },
      { event: '$groupidentify', distinct_id: '$company_g-1', properties: {} },
      { event: '$create_alias', properties: { distinct_id: 'u-1', alias: 'a-1' } },
      { event: 'Seen', distinct_id: 'u-1', properties: { $session_id: 's-1' } },
    ],
  });
  assert.deepEqual(
    (await one.stored()).map(({ visitorId, anonymousId, sessionId }) => [visitorId, anonymousId, sessionId]),
    [
      ['d-1', 'd-1', null],
      ['u-1', 'd-0', null],
      ['u-1', 'd-1', null],
      ['u-1', 'd-1', null],
      [null, null, null],
      ['u-1', null, null],
      ['u-1', null, 's-1'],
    ],
  );
});

test('the traits of an identify are its data wherever they are sent, and the address is masked', async () => {
  await using one = await startPosthog();
  const $set = { plan: 'pro' };
  const $set_once = { plan: 'free', first: 'yes' };
  await one.send('/batch/', {
    api_key: one.key,
    batch: [
      { event: '$identify', distinct_id: 'u', uuid: '1', $set, $set_once, properties: { a: 1 } },
      { event: '$set', distinct_id: 'u', uuid: '2', properties: { $set, $set_once } },
      { event: 'Order', distinct_id: 'u', uuid: '3', $set, properties: { $ip: '203.0.113.9', $lib: 'posthog-node' } },
    ],
  });
  const stored = await one.stored();
  assert.deepEqual(
    stored.map(({ data }) => data),
    [
      { a: '1', plan: 'pro', first: 'yes' },
      { plan: 'pro', first: 'yes' },
      { $lib: 'posthog-node', $set: { plan: 'pro' } },
    ],
  );
  assert.deepEqual(stored[2]?.ext, { library: { name: 'posthog-node' }, ip: '203.0.113.0' });
});

test('an event without an id is stored once for each JSON text, and a page with a wrong clock is corrected', async () => {
  await using one = await startPosthog();
  const at = (ageMs: number) => new Date(one.clock.now - ageMs).toISOString();
  const event = (uuid: string, properties: object = {}) => ({
    ...seen(uuid, { properties }),
    timestamp: at(7_200_000),
  });
  for (let times = 0; times < 2; times++)
    await one.send('/batch', {
      api_key: one.key,
      batch: [event(''), event('', { a: 1 }), event('x', { $is_server: true }), event('y', { $lib: 'posthog-python' })],
      sent_at: at(5_400_000),
    });
  await one.send('/e/', { api_key: one.key, batch: [seen('z', { offset: 3_600_000 }), seen('w', { offset: -1 })] });
  assert.deepEqual(
    (await one.stored()).map(({ occurredAt }) => (one.clock.now - Date.parse(occurredAt)) / 3_600_000),
    [0.5, 0.5, 2, 2, 1, 0],
  );
});
