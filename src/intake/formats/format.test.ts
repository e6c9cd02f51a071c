import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import zlib from 'node:zlib';
import inject, { type InjectOptions } from 'light-my-request';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { AppError } from '../../contract/errors.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { bodyReader } from '../../http/request.ts';
import { createFormerKeys } from '../former-keys.ts';
import { createIntake } from '../intake.ts';
import {
  type BatchRoute,
  type Format,
  type IntakeRequest,
  type RequestRoute,
  refusal,
  type SettingsRoute,
} from './format.ts';

const named = (name: string): IncomingEvent => ({
  name,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2026-01-02T03:04:05.000Z',
  data: { a: '1' },
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
  identity: null,
});

const route: Pick<RequestRoute, 'segment' | 'respond' | 'refuse'> = {
  segment: 'sdk',
  respond: (_ids, headers) => ({ status: 200, headers, body: '{"success":true}' }),
  refuse: (error, problem) => ({ ...problem, status: error instanceof AppError && error.status === 404 ? 401 : 400 }),
};

/** An SDK whose key stands in a header, in the query or in the body, and that gives up at 401 alone. */
const sdk: Format = {
  name: 'infinity',
  routes: [
    {
      ...route,
      method: 'POST',
      path: /^\/sdk\/header$/,
      keyOf: (_path, { headers }) => String(headers['x-key'] ?? ''),
      read: () => ({ key: null, parse: () => ({ ok: true, events: [named('by header')] }) }),
    },
    {
      ...route,
      method: 'GET',
      path: /^\/sdk\/query$/,
      keyOf: (_path, { url }) => new URL(url, 'http://host').searchParams.get('key') ?? '',
      read: (query) => ({ key: null, parse: () => ({ ok: true, events: [named(query)] }) }),
    },
    {
      ...route,
      method: 'POST',
      path: /^\/sdk$/,
      keyOf: () => null,
      read(body) {
        const [key = '', name = ''] = body.toString().split(' ');
        if (name === '') throw new AppError('malformed_request', 'There is no event.');
        return { key, parse: () => ({ ok: true, events: [named(name)] }) };
      },
    },
  ],
};

/** An SDK that sends batches: lines, of which the first is the key; an event named `bad` is refused, one named `none` is none. */
const many: BatchRoute = {
  method: 'POST',
  segment: 'many',
  path: /^\/many$/,
  keyOf: () => null,
  async open(body) {
    const [key = '', ...names] = body.toString().split('\n');
    if (names.length === 0) throw new AppError('malformed_request', 'There is no event.');
    return {
      key: () => key,
      format: 'infinity',
      count: names.length,
      bytesOf: (index) => names[index]?.length ?? 0,
      eventAt(index) {
        const name = names[index] ?? '';
        if (name === 'none') return null;
        return name.startsWith('bad') ? refusal('invalid_events', 'It is bad.') : { ...named(name), identity: name };
      },
    };
  },
  respond: ({ stored, refused }, headers) => ({ status: 200, headers, body: `${stored} ${refused.length}` }),
  handshake: ({ headers }) => (headers['may-i'] === undefined ? null : { 'you-may': 'always' }),
};

const settings: SettingsRoute = {
  method: 'GET',
  segment: 'many',
  path: /^\/many\/settings$/,
  keyOf: (_path, { url }) => new URL(url, 'http://host').searchParams.get('key'),
  settings: ({ key }, headers) => ({ status: 200, headers, body: `settings of ${key}` }),
};

async function startSdk() {
  const server = await startTestServer();
  const collector = await server.make('/collectors', { name: 'C', allowedOrigins: ['https://shop.example'] });
  const never = new AbortController().signal;
  const refused: [string | null, unknown][] = [];
  const notes: [status: number, detail: string][] = [];
  const listener = createIntake(server.parts, {
    formats: [sdk, { name: 'infinity', routes: [many, settings] }],
    readBody: bodyReader({ bodyBytesMax: 1_000, arrivingBytesMax: 10_000_000 }),
    requestId: () => 'req_1',
    addressOf: () => '127.0.0.1',
    draining: never,
    isHttps: false,
    traces: { mark: () => null },
    keys: createFormerKeys(server.parts),
    note: ({ key }: IntakeRequest, error, status) => {
      refused.push([key, error instanceof AppError ? error.code : error]);
      notes.push([status, error instanceof Error ? error.message : '']);
    },
    style: { docs: '', scrub: (text) => text },
  })((_request, response) => response.writeHead(418).end());
  return {
    ...server,
    key: String(collector['key']),
    id: String(collector['id']),
    refused,
    notes,
    ask: (how: InjectOptions) => inject(listener as Parameters<typeof inject>[0] & RequestListener, how), // it only needs the latter
    names: async () => (await server.journal.log.events({ limit: 10 })).map(({ name }) => name),
  };
}

test('the key of a format stands in a header, in the query or in the body, and the response is the format’s own', async () => {
  await using one = await startSdk();
  const answers = [
    await one.ask({ method: 'POST', url: '/sdk/header?x', headers: { 'x-key': one.key }, payload: 'any' }),
    await one.ask({ method: 'GET', url: `/sdk/query?key=${one.key}` }),
    await one.ask({ method: 'POST', url: '/sdk', payload: `${one.key} by-body` }),
  ];
  assert.deepEqual(
    answers.map(({ statusCode, body }) => [statusCode, body]),
    answers.map(() => [200, '{"success":true}']),
  );
  assert.deepEqual(await one.names(), ['by-body', `key=${one.key}`, 'by header']);
  assert.deepEqual(one.refused, []);
});

test('a request of a format is refused in the format’s own way, and noted with its key', async () => {
  await using one = await startSdk();
  const answers = [
    await one.ask({ method: 'POST', url: '/sdk/header', headers: { 'x-key': 'none' }, payload: 'any' }),
    await one.ask({ method: 'POST', url: '/sdk', payload: 'other by-body' }),
    await one.ask({ method: 'POST', url: '/sdk', payload: one.key }),
    await one.ask({ method: 'POST', url: '/sdk', payload: 'x'.repeat(2_000) }),
  ];
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [401, 401, 400, 400],
  );
  assert.deepEqual(one.refused, [
    ['none', 'unknown_collector'],
    ['other', 'unknown_collector'],
    [null, 'malformed_request'],
    [null, 'too_large'],
  ]);
  assert.deepEqual(await one.names(), []);
});

test('the origin is checked when the key in the body is known; its preflight allows any', async () => {
  await using one = await startSdk();
  const preflight = await one.ask({
    method: 'OPTIONS',
    url: '/sdk',
    headers: { origin: 'https://other.example', 'access-control-request-headers': 'x-own' },
  });
  const sent = (origin: string) =>
    one.ask({ method: 'POST', url: '/sdk', headers: { origin }, payload: `${one.key} by-body` });
  const answers = [preflight, await sent('https://shop.example'), await sent('https://other.example')];
  assert.deepEqual(
    answers.map(({ statusCode, headers }) => [statusCode, headers['access-control-allow-origin']]),
    [
      [204, 'https://other.example'],
      [200, 'https://shop.example'],
      [400, undefined],
    ],
  );
  assert.equal(preflight.headers['access-control-allow-headers'], 'x-own');
  assert.deepEqual(await one.names(), ['by-body']);
});

test('another method or path of a format is served by the others', async () => {
  await using one = await startSdk();
  for (const [method, url] of [
    ['GET', '/sdk'],
    ['HEAD', '/sdk/query'],
    ['POST', '/sdk/'],
    ['POST', '/sdk/header/more'],
    ['GET', '/'],
  ] as const)
    assert.equal((await one.ask({ method, url })).statusCode, 418, `${method} ${url}`);
});

test('an event of a batch is refused alone, and noted; the response is that of a success', async () => {
  await using one = await startSdk();
  const sent = (names: string) => one.ask({ method: 'POST', url: '/many', payload: `${one.key}\n${names}` });
  const answers = [await sent('a\nbad\nb\nnone\nworse'), await sent('a\nc'), await sent('bad'), await sent('none')];
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 400, 200],
  );
  assert.equal(answers[0]?.body, '3 1');
  assert.deepEqual(await one.names(), ['c', 'worse', 'b', 'a']);
  assert.deepEqual(one.notes, [
    [200, '1 of 4 events are refused, the first at /1: It is bad.'],
    [400, 'It is bad.'],
  ]);
});

test('a batch is taken up to 8 MiB after decompression, gzip without a header too, and no more', async () => {
  await using one = await startSdk();
  const names = (bytes: number) => Buffer.from(`${one.key}\nfirst\nbad${' '.repeat(bytes)}\nlast`);
  const sent = (payload: Buffer, headers: Record<string, string> = {}) =>
    one.ask({ method: 'POST', url: '/many', payload, headers });
  const small = zlib.gzipSync(names(4_400_000));
  assert.ok(small.length < 10_000);
  const answers = [
    await sent(small),
    await sent(zlib.deflateSync(names(8_000_000)), { 'content-encoding': 'deflate' }),
    await sent(names(2_000_000)),
    await sent(zlib.gzipSync(names(40_000_000)), { 'content-encoding': 'gzip' }),
    await sent(names(8_400_000)),
    await sent(Buffer.from('nothing'), { 'content-encoding': 'gzip' }),
  ];
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200, 413, 413, 400],
  );
  assert.deepEqual(await one.names(), ['last', 'first']);
});

test('large batches take turns, and those that find too many waiting are told to come again', async () => {
  await using one = await startSdk();
  const payload = zlib.gzipSync(`${one.key}\none${' '.repeat(300_000)}`);
  const all = Array.from({ length: 40 }, () => one.ask({ method: 'POST', url: '/many', payload }));
  const statuses = (await Promise.all(all)).map(({ statusCode }) => statusCode);
  assert.ok(statuses.includes(503) && statuses.includes(200), statuses.join(' '));
  assert.equal((await one.ask({ method: 'POST', url: '/many', payload })).statusCode, 200);
});

test('the settings of an SDK are answered at their address, and other methods by 405', async () => {
  await using one = await startSdk();
  const ask = (method: 'GET' | 'POST' | 'OPTIONS', url: string, headers = {}) => one.ask({ method, url, headers });
  assert.equal((await ask('GET', `/many/settings?key=${one.key}`)).body, `settings of ${one.key}`);
  assert.equal((await ask('GET', '/many/settings?key=other')).statusCode, 404);
  assert.equal((await ask('POST', '/many/settings')).statusCode, 405);
  const get = await ask('GET', '/many');
  assert.deepEqual([get.statusCode, get.headers['allow']], [405, 'POST, OPTIONS']);
  const handshake = await ask('OPTIONS', '/many', { 'may-i': 'send' });
  assert.deepEqual([handshake.statusCode, handshake.headers['you-may']], [200, 'always']);
});
