import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import inject, { type InjectOptions } from 'light-my-request';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { AppError } from '../../contract/errors.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { bodyReader } from '../../http/request.ts';
import { createFormerKeys } from '../former-keys.ts';
import { createIntake } from '../intake.ts';
import type { Format, IntakeRequest, IntakeRoute } from './format.ts';

const named = (name: string): IncomingEvent => ({
  name,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2026-01-02T03:04:05.000Z',
  data: { a: '1' },
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'sdk' },
  identity: null,
});

const route: Pick<IntakeRoute, 'segment' | 'respond' | 'refuse'> = {
  segment: 'sdk',
  respond: (_ids, headers) => ({ status: 200, headers, body: '{"success":true}' }),
  refuse: (error, problem) => ({ ...problem, status: error instanceof AppError && error.status === 404 ? 401 : 400 }),
};

/** An SDK whose key stands in a header, in the query or in the body, and that gives up at 401 alone. */
const sdk: Format = {
  name: 'sdk',
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

async function startSdk() {
  const server = await startTestServer();
  const collector = await server.make('/collectors', { name: 'C', allowedOrigins: ['https://shop.example'] });
  const never = new AbortController().signal;
  const refused: [string | null, unknown][] = [];
  const listener = createIntake(server.parts, {
    formats: [sdk],
    readBody: bodyReader({ bodyBytesMax: 1_000, arrivingBytesMax: 10_000 }),
    requestId: () => 'req_1',
    addressOf: () => '127.0.0.1',
    stopping: never,
    draining: never,
    isHttps: false,
    traces: { mark: () => null },
    keys: createFormerKeys(server.parts),
    note: ({ key }: IntakeRequest, error) => refused.push([key, error instanceof AppError ? error.code : error]),
    style: { docs: '', scrub: (text) => text },
  })((_request, response) => response.writeHead(418).end());
  return {
    ...server,
    key: String(collector['key']),
    id: String(collector['id']),
    refused,
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
