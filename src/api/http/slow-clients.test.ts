import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Event } from '../../contract/records/event.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';
import { wireLimits } from './limits.ts';

const quick = { headMs: 300, requestMs: 400, keepAliveMs: 500, stuckMs: 200, readMs: 500, checkMs: 40 };
const head = 'Host: localhost\r\nAuthorization: Bearer admin\r\n';
const render = JSON.stringify({ template: 'x', data: [] });
const work = `POST /api/v1/templates/render HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${render.length}\r\n\r\n${render}`;
const live = `GET /livez HTTP/1.1\r\n${head}\r\n`;
const big: Event = {
  id: 'evt_1',
  name: 'x'.repeat(500_000),
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2026-01-02T03:04:05.000Z',
  receivedAt: '2026-01-02T03:04:05.000Z',
  data: {},
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
};

async function start(more: object = {}): Promise<TestServer> {
  const server = await startTestServer({ wire: { ...quick, ...more } });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return server;
}

/** A client that sends a text, then optionally drips more, and collects the response until the end. */
function client(server: TestServer, says: string, { drip = '', from = '127.0.0.1' } = {}) {
  const { port } = server.app.server.address() as AddressInfo; // it listens on a port
  const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
  let heard = '';
  socket.setEncoding('latin1').on('data', (text) => {
    heard += text;
  });
  socket.on('error', () => {}); // being cut is what is tested
  socket.write(says);
  const timer = drip === '' ? undefined : setInterval(() => socket.write(drip), 30);
  const closed = new Promise<void>((resolve) => socket.once('end', resolve).once('close', resolve)).then(() =>
    clearInterval(timer),
  );
  return { socket, closed, heard: () => heard };
}

async function serverSide(server: TestServer): Promise<Socket> {
  const [socket] = await once(server.app.server, 'connection');
  return socket;
}

test('the limits for slow clients end each of them within 15 s', () => {
  const { headMs, requestMs, stuckMs, checkMs, readMs } = wireLimits;
  for (const ms of [headMs, requestMs, readMs]) assert.ok(ms + checkMs < 15_000);
  assert.ok(2 * stuckMs + checkMs < 15_000);
});

test('a slow sender gets 408 and is disconnected, even if it keeps sending', async () => {
  await using server = await start();
  const sides: Promise<unknown>[] = [];
  server.app.server.on('connection', (socket: Socket) =>
    sides.push(new Promise((resolve) => socket.once('close', resolve))),
  );
  const { key } = await server.make('/collectors', { name: 'C' });
  const post = `POST /v3/${key} HTTP/1.1\r\nHost: localhost\r\n`;
  const slow = {
    'a head': client(server, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', { drip: 'a' }),
    'a head without end of headers': client(server, 'GET /livez HTTP/1.1\r\nHost: localhost\r\n', {
      drip: 'X-A: b\r\n',
    }),
    'a first line': client(server, 'GET /', { drip: 'a' }),
    'a body': client(server, `${post}Content-Length: 9000\r\n\r\n`, { drip: 'a' }),
    chunks: client(server, `${post}Transfer-Encoding: chunked\r\n\r\n`, { drip: '1\r\na\r\n' }),
    'an extension of a chunk': client(server, `${post}Transfer-Encoding: chunked\r\n\r\n1;`, { drip: 'a' }),
    trailers: client(server, `${post}Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: `, { drip: 'a' }),
    'a second head': client(server, `${live}GET /livez HTTP/1.1\r\nX-Slow: `, { drip: 'a' }),
    'a body of a request that was refused': client(
      server,
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n',
      { drip: 'a' },
    ),
    nothing: client(server, ''),
    'nothing after a request': client(server, live),
  };
  for (const [what, { closed, heard }] of Object.entries(slow)) {
    await closed;
    const statuses = [...heard().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    const expected = what.startsWith('nothing')
      ? [[], ['200'], ['408']]
      : what.includes('second')
        ? [['200', '408']]
        : what.includes('refused')
          ? [['404']]
          : [['408']];
    assert.ok(
      expected.some((one) => String(one) === String(statuses)),
      `${what}: ${statuses}`,
    );
    assert.equal(heard().includes(' 408 ') ? /"code":"request_timeout"/.test(heard()) : true, true);
  }
  assert.equal(sides.length, Object.keys(slow).length);
  await Promise.all(sides);
});

test('two hundred slow clients delay no other client, and all are disconnected', async () => {
  const slowClients = (server: TestServer) =>
    Array.from({ length: 200 }, () => client(server, 'GET /livez HTTP/1.1\r\nX-Slow: ', { drip: 'a' }));
  {
    await using server = await start({ headMs: 250_000, requestMs: 250_000 });
    const slow = slowClients(server);
    for (let n = 0; n < 20; n++) {
      const honest = client(server, live.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      await honest.closed;
      assert.match(honest.heard(), /^HTTP\/1\.1 200/);
      honest.socket.destroy();
    }
    for (const one of slow) one.socket.destroy();
    await Promise.all(slow.map((one) => one.closed));
  }
  await using server = await start({ headMs: 1_000, requestMs: 1_000 });
  await Promise.all(slowClients(server).map((one) => one.closed));
});

test('a client that does not read its response, or reads it byte by byte, is disconnected; a slow handler is not affected', async () => {
  await using server = await start();
  const arrival = serverSide(server);
  const deaf = client(server, `GET /openapi.json HTTP/1.1\r\n${head}\r\n`.repeat(80));
  deaf.socket.pause();
  const deafSide = await arrival;
  await new Promise<void>((resolve) => deafSide.once('close', () => resolve()));
  deaf.socket.destroy();

  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold.open = promise;
  const patient = client(server, work);
  await once(server.app.server, 'timeout');
  resolve();
  await once(patient.socket, 'data');
  assert.match(patient.heard(), /^HTTP\/1\.1 200/);
  patient.socket.destroy();
});

test('a stalled reader of the event stream is disconnected, and its buffer is bounded', async () => {
  await using server = await start();
  const arrival = serverSide(server);
  const deaf = client(server, `GET /api/v1/events/stream HTTP/1.1\r\n${head}\r\n`);
  const side = await arrival;
  await once(deaf.socket, 'data');
  deaf.socket.pause();
  const closed = new Promise<void>((resolve) => side.once('close', () => resolve()));
  // The operating system's buffers fill first.
  for (let i = 0; i < 50; i++) {
    server.tell(big);
    assert.ok(side.writableLength < 3_000_000, `${side.writableLength}`);
    await setImmediate();
  }
  await closed;
  assert.equal(server.watchers(), 0);
  deaf.socket.destroy();
});

test('an event after a stalled reader of the event stream has lost its right ends only that stream', async () => {
  const patient = { stuckMs: 60_000, readMs: 60_000, checkMs: 60_000 };
  await using server = await start(patient);
  server.grant('reader', ['events:view']);
  const arrival = serverSide(server);
  const deaf = client(
    server,
    'GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer reader\r\n\r\n',
  );
  const side = await arrival;
  await once(deaf.socket, 'data');
  deaf.socket.pause();
  while (side.writableLength === 0) {
    server.tell(big);
    await setImmediate();
  }
  server.tokens.delete('reader');
  await server.make('/roles', { name: 'Any', rights: ['events:view'] });
  for (let i = 0; i < 10; i++) {
    server.tell(big);
    await setImmediate();
  }
  assert.equal((await server.call('GET', '/livez')).statusCode, 200);
  assert.equal(server.watchers(), 0);
  deaf.socket.destroy();
});

test('no event makes the buffer of a stream exceed 1 MiB, unless it is the only one in it', async () => {
  await using server = await start({ stuckMs: 60_000, readMs: 60_000, checkMs: 60_000 });
  const arrival = serverSide(server);
  const deaf = client(server, `GET /api/v1/events/stream HTTP/1.1\r\n${head}\r\n`);
  const side = await arrival;
  await once(deaf.socket, 'data');
  deaf.socket.pause();
  // Two bytes per character in UTF-8.
  const wide = { ...big, name: 'é'.repeat(300_000) };
  for (let i = 0; i < 40; i++) {
    server.tell(wide);
    assert.ok(side.writableLength < 1_100_000, `${side.writableLength}`);
    await setImmediate();
  }
  assert.ok(side.writableLength > 0);
  deaf.socket.destroy();
});

test('at the limit a new connection replaces the longest idle one of the address with the most, never one with a request in progress', async () => {
  await using server = await start({ socketsMax: 4, headMs: 60_000, keepAliveMs: 60_000 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  server.hold.open = promise;
  server.hold.reached = reach;
  const crowd = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
  const worker = client(server, work);
  await reached;
  const waiting = [];
  for (let i = 0; i < 3; i++) {
    waiting.push(client(server, live, { from: crowd }));
    await once(waiting[i]?.socket ?? worker.socket, 'data');
  }
  const [first, second, third] = waiting;
  const honest = client(server, live);
  await once(honest.socket, 'data');
  await first?.closed;
  assert.deepEqual([second?.socket.closed, third?.socket.closed], [false, false]);
  assert.match(honest.heard(), /^HTTP\/1\.1 200/);

  const others = [second, third, honest].map((one) => one?.closed);
  const busy = [];
  for (let i = 0; i < 3; i++) {
    const working = Promise.withResolvers<void>();
    server.hold.reached = working.resolve;
    busy.push(client(server, work));
    await working.promise;
  }
  await Promise.all(others);
  const late = client(server, live);
  await late.closed;
  assert.equal(late.heard(), '');
  resolve();
  for (const { socket, heard } of [worker, ...busy]) {
    if (heard() === '') await once(socket, 'data');
    assert.match(heard(), /^HTTP\/1\.1 200/);
    socket.destroy();
  }
});
