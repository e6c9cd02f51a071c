import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../contract/records/event.ts';
import { startTestServer, type TestServer } from './testing/server.testing.ts';

const sample: Event = {
  id: 'evt_1',
  name: 'buy',
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2026-01-02T03:04:05.000Z',
  receivedAt: '2026-01-02T03:04:05.000Z',
  data: { a: 'canary' },
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
};

/** Sends raw bytes and returns all bytes received until the server closes. */
async function speak(server: TestServer, text: string): Promise<string> {
  const { port } = server.app.server.address() as AddressInfo; // it listens on a port
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

async function* lines(response: Response): AsyncGenerator<string> {
  let rest = '';
  assert.ok(response.body);
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

test('an unreadable request gets a problem response, and the connection is closed', async () => {
  await using server = await startTestServer();
  await server.listen({ host: '127.0.0.1', port: 0 });
  const cases = [
    ['GARBAGE\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['GET /version HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['POST /v3/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n', 400],
  ] as const;
  for (const [text, status] of cases) {
    const answer = await speak(server, text);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), text.slice(0, 60));
    assert.match(answer, /content-type: application\/problem\+json/i);
    assert.match(answer, status === 431 ? /"code":"headers_too_large"/ : /"code":"malformed_request"/);
  }
});

test('slow clients are disconnected within 15 s', async () => {
  await using server = await startTestServer();
  const { headersTimeout, requestTimeout } = server.app.server;
  assert.ok(headersTimeout > 0 && headersTimeout <= 10_000);
  assert.ok(requestTimeout > 0 && requestTimeout <= 12_000);
});

test('a stop finishes running requests, accepts no new ones, and closes idle connections', async () => {
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' };
  await fetch(`${url}/version`);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold.open = promise;
  const arrived = Promise.withResolvers<void>();
  server.hold.reached = arrived.resolve;
  const body = JSON.stringify({ template: 'x', data: [] });
  const running = fetch(`${url}/api/v1/templates/render`, { method: 'POST', headers, body });
  await arrived.promise;
  const closed = server.close();
  resolve();
  assert.equal((await running).status, 200);
  await closed;
  await assert.rejects(fetch(`${url}/livez`));
});

test('a stopping server serves what comes on an open connection, and closes it', async () => {
  await using server = await startTestServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  const made = await server.make('/collectors', { name: 'C' });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo; // it listens on a port
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answers = '';
  socket.on('data', (chunk) => {
    answers += chunk;
  });
  server.hold.open = promise;
  const body = JSON.stringify({ template: 'x', data: [] });
  const head = 'Host: x\r\nAuthorization: Bearer admin\r\nContent-Type: application/json';
  const arrived = Promise.withResolvers<void>();
  server.hold.reached = arrived.resolve;
  socket.write(`POST /api/v1/templates/render HTTP/1.1\r\n${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await arrived.promise;
  const closed = server.close();
  const events = '{"events":[{"a":1}]}';
  socket.write(`POST /v3/${made['key']} HTTP/1.1\r\n${head}\r\nContent-Length: ${events.length}\r\n\r\n${events}`);
  await once(server.app.server, 'request');
  resolve();
  await once(socket, 'close');
  await closed;
  assert.match(answers, /HTTP\/1.1 200 [\s\S]*HTTP\/1.1 200 OK[\s\S]*connection: close/);
  assert.equal((await server.journal.log.events({ limit: 1 })).length, 1);
});

test('events are streamed as they are matched, and the stream ends when the server stops', async () => {
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  server.grant('blind', ['events:view']);
  const follow = (token: string) =>
    fetch(`${url}/api/v1/events/stream`, { headers: { authorization: `Bearer ${token}` } });
  const [full, blind] = await Promise.all([follow('admin'), follow('blind')]);
  assert.match(full.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.equal(full.headers.get('x-content-type-options'), 'nosniff');
  for (const [response, shown] of [
    [full, { a: 'canary' }],
    [blind, {}],
  ] as const) {
    const read = lines(response);
    while ((await read.next()).value !== '') {
      // the greeting
    }
    server.tell(sample);
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) seen.push((await read.next()).value ?? '');
    assert.equal(seen[0], 'event: event');
    assert.deepEqual(JSON.parse(seen[1]?.slice(6) ?? '').event.data, shown);
  }
  assert.equal(server.watchers(), 1);
  await server.close();
  assert.equal(server.watchers(), 0);
});

test('the stream of a visitor has the events of the user who had it as anonymous id', async () => {
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: 'Bearer admin' };
  const read = lines(await fetch(`${url}/api/v1/events/stream?visitorId=a-1`, { headers }));
  while ((await read.next()).value !== '') {
    // the greeting
  }
  for (const anonymousId of ['a-2', 'a-1']) server.tell({ ...sample, visitorId: 'user', anonymousId });
  await read.next();
  const line = (await read.next()).value ?? '';
  assert.equal(JSON.parse(line.slice(6)).event.anonymousId, 'a-1');
  await server.close();
});

test('a stream over its rate becomes a sample and gives the number left out', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${url}/api/v1/events/stream`, { headers: { authorization: 'Bearer admin' } });
  const read = lines(response);
  for (let i = 0; i < 80; i++) server.tell(sample);
  t.mock.timers.tick(1_000);
  let events = 0;
  let skipped = '';
  for (let line = ''; skipped === ''; line = (await read.next()).value ?? '') {
    if (line === 'event: event') events += 1;
    if (line === 'event: skipped') skipped = (await read.next()).value ?? '';
  }
  assert.deepEqual([events, skipped], [50, 'data: {"count":30}']);
  server.tokens.delete('admin');
  t.mock.timers.tick(15_000);
  for (let last = await read.next(); last.done !== true; ) last = await read.next();
  t.mock.timers.reset();
  await server.close();
});

test('the stream over the limit gets 429 with Retry-After', async () => {
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const open = () => fetch(`${url}/api/v1/events/stream`, { headers: { authorization: 'Bearer admin' } });
  await Promise.all(Array.from({ length: 100 }, open));
  const { status, headers } = await open();
  assert.deepEqual([status, headers.get('retry-after')], [429, '1']);
});

test('when all streams are taken, another reader gets the oldest one of those who have more than their share', async () => {
  await using server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  server.grant('other', ['events:view']);
  const open = (token: string) =>
    fetch(`${url}/api/v1/events/stream`, { headers: { authorization: `Bearer ${token}` } });
  const first = await open('admin');
  await Promise.all(Array.from({ length: 99 }, () => open('admin')));
  assert.equal((await open('other')).status, 200);
  await first.text(); // it has ended
  assert.equal((await open('admin')).status, 429);
  for (let n = 0; n < 49; n++) assert.equal((await open('other')).status, 200);
  assert.equal((await open('other')).status, 429, 'half of them');
});

test('the console and its documentation are sent to clients that accept anything, other pages to browsers', async () => {
  const consoleDir = await mkdtemp(join(tmpdir(), 'millrace-console-'));
  try {
    await writeFile(join(consoleDir, 'index.html'), '<title>Millrace</title>');
    await using server = await startTestServer({ consoleDir });
    const get = async (path: string, headers: Record<string, string> = {}) =>
      (await server.call('GET', path, undefined, { authorization: '', ...headers })).statusCode;
    for (const path of ['/', '/?a=b', '/docs', '/docs/api', '/docs/errors']) {
      assert.deepEqual([await get(path), await get(path, { accept: '*/*' })], [200, 200], path);
      assert.equal(await get(path, { accept: 'application/json' }), 404, path);
    }
    for (const path of ['/connections', '/docsx', '/nothing'])
      assert.deepEqual([await get(path), await get(path, { accept: 'text/html,*/*;q=0.8' })], [404, 200], path);
    assert.equal(await get('/api/v1/nothing', { accept: 'text/html' }), 404);
  } finally {
    await rm(consoleDir, { recursive: true });
  }
});
