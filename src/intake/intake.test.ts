import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { startTestServer } from '../api/testing/server.testing.ts';
import { AppError } from '../contract/errors.ts';

const events = { static: { 'wt.dcsvid': 'v' }, events: [{ 'wt.ev': 'view' }, { 'wt.ev': 'buy', n: 1 }] };

async function startIntake(
  collector: Record<string, unknown> = {},
  options: Parameters<typeof startTestServer>[0] = {},
) {
  const server = await startTestServer(options);
  const made = await server.make('/collectors', { name: 'C', ...collector });
  const url = `/v3/${made['key']}`;
  const send = (body: unknown, headers: Record<string, string> = {}) =>
    server.call('POST', url, body, { authorization: '', ...headers });
  const stored = () => server.journal.log.events({ limit: 200 });
  return { ...server, send, stored, url, key: String(made['key']), id: String(made['id']) };
}

test('the response has the ids of the events in input order, once they are stored', async () => {
  await using intake = await startIntake();
  const answer = await intake.send(events);
  assert.equal(answer.statusCode, 200);
  const { accepted, ids } = answer.json();
  assert.equal(accepted, 2);
  const names = (await intake.stored()).map((event) => [event.id, event.name, event.source.collectorId]);
  assert.deepEqual(names, [
    [ids[1], 'buy', intake.id],
    [ids[0], 'view', intake.id],
  ]);
});

test('an event without a time has the time of its receipt', async () => {
  let ticks = Date.parse('2026-01-02T03:04:05Z');
  await using intake = await startIntake({}, { now: () => ticks++ });
  await intake.send(events);
  await intake.call('GET', `/${intake.key}/dcs.gif?a=1`);
  for (const event of await intake.stored()) assert.equal(event.occurredAt, event.receivedAt);
});

test('any content type is read, compressed or not, with or without a length', async () => {
  await using intake = await startIntake();
  const json = JSON.stringify(events);
  const bodies: [string, Buffer, Record<string, string>][] = [
    ['text', Buffer.from(json), { 'content-type': 'text/plain;charset=UTF-8' }],
    ['none', Buffer.from(json), { 'content-type': '' }],
    ['nonsense', Buffer.from(json), { 'content-type': '%%% not a type' }],
    ['form', Buffer.from(json), { 'content-type': 'application/x-www-form-urlencoded' }],
    ['gzip', zlib.gzipSync(json), { 'content-encoding': 'gzip' }],
    ['deflate', zlib.deflateSync(json), { 'content-encoding': 'Deflate' }],
    ['bare deflate', zlib.deflateRawSync(json), { 'content-encoding': 'deflate' }],
    ['br', zlib.brotliCompressSync(json), { 'content-encoding': 'br' }],
  ];
  for (const [name, body, headers] of bodies) assert.equal((await intake.send(body, headers)).statusCode, 200, name);
});

test('a body without a list of events is refused as a whole, and nothing of it is stored', async () => {
  await using intake = await startIntake();
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`);
  const bomb = Buffer.alloc(20_000_000, 32);
  const cases: [unknown, number, string, Record<string, string>?][] = [
    ['{"events":[', 400, 'malformed_json'],
    ['', 400, 'malformed_json'],
    [[], 400, 'invalid_events'],
    [{ events: [] }, 400, 'invalid_events'],
    [{ events: [{ a: 1 }, {}] }, 400, 'invalid_events'],
    [{ events: [{ a: 1 }, { deep }] }, 422, 'events_too_deep'],
    [{ events: Array.from({ length: 1_001 }, () => ({ a: 1 })) }, 413, 'too_large'],
    [{ events: [{ a: 'x'.repeat(1_048_577) }] }, 413, 'too_large'],
    [zlib.gzipSync(bomb, { level: 1 }), 413, 'too_large', { 'content-encoding': 'gzip' }],
    [
      zlib.brotliCompressSync(bomb, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
      413,
      'too_large',
      { 'content-encoding': 'br' },
    ],
    [Buffer.from('not gzip'), 400, 'malformed_request', { 'content-encoding': 'gzip' }],
    [zlib.gzipSync(JSON.stringify(events)).subarray(0, 30), 400, 'malformed_request', { 'content-encoding': 'gzip' }],
    [events, 415, 'unsupported_media_type', { 'content-encoding': 'zstd' }],
    [events, 409, 'conflict', { 'millrace-hops': '5' }],
    [events, 400, 'malformed_request', { 'idempotency-key': 'k'.repeat(256) }],
  ];
  for (const [body, status, code, headers] of cases) {
    const answer = await intake.send(body, headers);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code]);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
  assert.deepEqual(await intake.stored(), []);
  assert.equal(intake.refused.length, cases.length);
  assert.equal((await intake.send(events, { 'millrace-hops': '4' })).statusCode, 200);
});

test('keys such as __proto__ and constructor are ordinary data', async () => {
  await using intake = await startIntake();
  const sent = await intake.send('{"events":[{"__proto__":{"polluted":"1"},"constructor":"c","a":"1"}]}');
  assert.equal(sent.statusCode, 200);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  const [event] = await intake.stored();
  assert.equal(event?.data['a'], '1');
  assert.equal(event?.data['constructor'], 'c');
});

test('an unknown key and a disabled collector get 404', async () => {
  await using intake = await startIntake();
  assert.equal((await intake.call('POST', '/v3/none', events)).json().code, 'unknown_collector');
  await intake.call('PATCH', `/api/v1/collectors/${intake.id}`, { status: 'disabled' });
  assert.equal((await intake.send(events)).statusCode, 404);
  assert.equal((await intake.call('GET', `/${intake.key}/dcs.gif?a=1`)).statusCode, 404);
  assert.deepEqual(await intake.stored(), []);
});

test('a repeated Idempotency-Key stores each event once and returns the same ids', async () => {
  await using intake = await startIntake();
  const first = await intake.send(events, { 'idempotency-key': 'batch-1' });
  const again = await intake.send(events, { 'idempotency-key': 'batch-1' });
  assert.deepEqual(again.json(), first.json());
  assert.equal((await intake.stored()).length, 2);
  const named = { events: [{ messageId: 'm1', a: '1' }] };
  await intake.send(named, { 'idempotency-key': 'x' });
  await intake.send(named, { 'idempotency-key': 'y' });
  assert.equal((await intake.stored()).length, 3);
});

test('other events under a used Idempotency-Key are refused and not stored, whatever the collector masks', async () => {
  await using intake = await startIntake({ privacy: { mask: [{ field: 'n', by: 'hash' }] } });
  const key = { 'idempotency-key': 'batch-1' };
  const of = (...names: string[]) => ({ events: names.map((n) => ({ n })) });
  const first = await intake.send(of('first', 'second'), key);
  for (const other of [of('third', 'fourth'), of('first', 'fourth'), of('second', 'first')]) {
    const refused = await intake.send(other, key);
    assert.deepEqual([refused.statusCode, refused.json().code], [422, 'idempotency_key_reused']);
  }
  assert.equal((await intake.stored()).length, 2);
  assert.deepEqual((await intake.send(of('first', 'second'), key)).json(), first.json());
});

test('the pixel stores one event and returns a GIF that is not cached', async () => {
  await using intake = await startIntake();
  const answer = await intake.call('GET', `/${intake.key}/dcs.gif?wt.ti=Home%20page&wt.dcsvid=v`, undefined, {
    authorization: '',
  });
  assert.deepEqual(
    [answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']],
    [200, 'image/gif', 'no-store'],
  );
  assert.equal(answer.rawPayload.subarray(0, 6).toString(), 'GIF89a');
  const [event] = await intake.stored();
  assert.deepEqual([event?.name, event?.visitorId], ['Home page', 'v']);
  assert.equal((await intake.call('HEAD', `/${intake.key}/dcs.gif?a=1`)).statusCode, 405);
  assert.equal((await intake.call('GET', `/${intake.key}/dcs.gif`)).statusCode, 400);
  assert.equal((await intake.stored()).length, 1);
});

test('an allowed origin is echoed with credentials, on responses, refusals and preflights; another is not', async () => {
  await using intake = await startIntake({ allowedOrigins: ['https://shop.example'] });
  const cors = async (method: string, origin: string, body?: unknown) => {
    const { headers } = await intake.call(method, intake.url, body, {
      origin,
      'access-control-request-headers': 'content-type',
    });
    return [headers['access-control-allow-origin'], headers['access-control-allow-credentials'], headers['vary']];
  };
  const allowed = ['https://shop.example', 'true', 'Origin'];
  assert.deepEqual(await cors('POST', 'https://shop.example', events), allowed);
  assert.deepEqual(await cors('POST', 'https://shop.example', '{'), allowed);
  assert.deepEqual(await cors('OPTIONS', 'https://shop.example'), allowed);
  for (const method of ['POST', 'OPTIONS'])
    assert.deepEqual(await cors(method, 'https://evil.example', events), [undefined, undefined, 'Origin']);
  const preflight = await intake.call('OPTIONS', intake.url, undefined, {
    origin: 'https://shop.example',
    'access-control-request-headers': 'content-type,x-a',
  });
  assert.deepEqual(
    [preflight.statusCode, preflight.headers['access-control-allow-headers']],
    [204, 'content-type,x-a'],
  );
});

test('a body that is refused before it is read names the allowed origin, so that a page sees the 413', async () => {
  await using intake = await startIntake({ allowedOrigins: ['https://shop.example'] });
  const tooLarge = JSON.stringify({ events: [{ a: 'x'.repeat(1_048_576) }] });
  const { statusCode, headers } = await intake.call('POST', intake.url, tooLarge, { origin: 'https://shop.example' });
  assert.deepEqual(
    [statusCode, headers['access-control-allow-origin'], headers['vary']],
    [413, 'https://shop.example', 'Origin'],
  );
});

test('only pages of the allowed origins can send; servers, and the pages of this server, always can', async () => {
  await using intake = await startIntake({ allowedOrigins: ['https://shop.example'] });
  const sent = async (headers: Record<string, string>) => {
    const { statusCode, body } = await intake.call('POST', intake.url, events, headers);
    return statusCode === 200 ? 200 : `${statusCode} ${JSON.parse(body).code}`;
  };
  const refused = '403 origin_not_allowed';
  for (const origin of ['https://evil.example', 'http://shop.example', 'https://shop.example.evil.example', 'null'])
    assert.equal(await sent({ origin }), refused, origin);
  assert.equal(await sent({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }), refused);
  const pixel = await intake.call('GET', `/${intake.key}/dcs.gif?a=1`, undefined, { origin: 'https://evil.example' });
  assert.equal(pixel.statusCode, 403);
  assert.deepEqual(await intake.stored(), []);

  assert.equal(await sent({ origin: 'https://shop.example' }), 200);
  assert.equal(await sent({}), 200);
  assert.equal(await sent({ origin: 'https://millrace.example', host: 'millrace.example' }), 200);
  assert.equal(await sent({ origin: 'https://millrace.example', 'sec-fetch-site': 'same-origin' }), 200);
});

test('a pattern that no origin matches is refused at saving', async () => {
  await using server = await startTestServer();
  for (const origin of ['https://*.shop.example', 'shop.example', 'https://shop.example/', 'null'])
    assert.equal(
      (await server.call('POST', '/api/v1/collectors', { name: 'C', allowedOrigins: [origin] })).statusCode,
      422,
      origin,
    );
});

test('a full storage gets 503 with Retry-After', async () => {
  await using intake = await startIntake();
  for (const code of ['storage_busy', 'storage_full'] as const) {
    intake.refusal.error = new AppError(code);
    const answer = await intake.send(events);
    assert.deepEqual([answer.statusCode, answer.json().code, answer.headers['retry-after']], [503, code, '1']);
  }
  intake.refusal.error = new Error('SQLITE_IOERR at /var/lib/millrace');
  const answer = await intake.send(events);
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.body, /SQLITE|var/);
});

test('intake has no rate limit of its own', async () => {
  await using intake = await startIntake({}, { rates: { perToken: 1, perAddress: 1 } });
  for (let i = 0; i < 5; i++) assert.equal((await intake.send(events)).statusCode, 200);
});

test("events that could not be stored don't count against the rate limit of their collector", async () => {
  await using intake = await startIntake({ rate: { limit: 1, perMs: 60_000 } });
  intake.refusal.error = new AppError('storage_busy');
  assert.equal((await intake.send(events)).statusCode, 503);
  assert.equal((await intake.send(events)).statusCode, 503);
  intake.refusal.error = null;
  assert.equal((await intake.send(events)).statusCode, 200);
  assert.equal((await intake.send(events)).statusCode, 429);
});

test('a collector over its rate limit gets Retry-After, and others are not affected', async () => {
  await using intake = await startIntake({ rate: { limit: 3, perMs: 1_000 } });
  const other = await intake.make('/collectors', { name: 'Other' });
  assert.equal((await intake.send({ events: Array(5).fill({ a: 1 }) })).statusCode, 200, 'overdrawn by two');
  const refused = await intake.send(events);
  assert.deepEqual([refused.statusCode, refused.json().code], [429, 'rate_limited']);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal((await intake.call('GET', `/${intake.key}/dcs.gif?a=1`)).statusCode, 429);
  assert.equal((await intake.call('POST', `/v3/${other['key']}`, events)).statusCode, 200);
  intake.clock.now += 1_000;
  assert.equal((await intake.send(events)).statusCode, 200);
  assert.equal((await intake.stored()).length, 9);
});

test('the rate limit of a collector counts an event for each 4 KiB of a request, compressed or refused', async () => {
  const large = { events: [{ a: 'x'.repeat(4_096) }] };
  const bodies: [string, unknown, number, Record<string, string>?][] = [
    ['as sent', large, 200],
    ['compressed', zlib.gzipSync(JSON.stringify(large)), 200, { 'content-encoding': 'gzip' }],
    ['refused', { events: ['x'.repeat(4_096)] }, 400],
  ];
  for (const [name, body, status, headers] of bodies) {
    await using intake = await startIntake({ rate: { limit: 2, perMs: 1_000 } });
    assert.equal((await intake.send(body, headers)).statusCode, status, name);
    assert.equal((await intake.send(events)).statusCode, 429, name);
    intake.clock.now += 1_000;
    assert.equal((await intake.send(events)).statusCode, 200, name);
  }
  await using intake = await startIntake({ rate: { limit: 2, perMs: 1_000 } });
  for (const n of [1, 2]) assert.equal((await intake.send({ events: [{ n }] })).statusCode, 200, 'usual events');
});

test('a collector over its rate limit is not refused for longer when the clock is set back', async () => {
  await using intake = await startIntake({ rate: { limit: 3, perMs: 1_000 } });
  assert.equal((await intake.send({ events: Array(5).fill({ a: 1 }) })).statusCode, 200);
  intake.clock.now -= 86_400_000;
  await intake.send(events);
  intake.clock.now += 1_000;
  assert.equal((await intake.send(events)).statusCode, 200);
});
