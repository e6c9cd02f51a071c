import assert from 'node:assert/strict';
import { Agent, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startLoad } from '../../bench/soak/load.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';
import { startRecorder } from './recorder.ts';
import { allDeliveries, untilFinished, wire } from './wiring.ts';

test('SIGTERM under load ends intake, finishes the requests in flight, loses nothing and exits with 0', async () => {
  using folder = temporaryFolder();
  const held: ServerResponse[] = [];
  let isHolding = true;
  await using recorder = await startRecorder((response) => {
    if (isHolding) held.push(response);
    else response.end();
  });
  const env = environment(folder.path);
  const load = startLoad({ senders: 4, batchMax: 20, random: seededRandom(1) });
  let key: string;
  {
    await using server = spawnProcess(env);
    const url = await server.listening;
    ({ key } = await wire(adminClient(url), recorder.url));
    load.aim(`${url}/v3/${key}`);
    await recorder.until(() => held.length >= 4);
    const ended = server.end('SIGTERM');
    await untilRefused(`${url}/v3/${key}`);
    isHolding = false;
    for (const response of held) response.end();
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.equal(server.stderr(), '');
    await load.stop();
  }
  assert.deepEqual(load.odd, []);
  await using server = spawnProcess(env);
  const client = adminClient(await server.listening);
  await untilFinished(client);
  const deliveries = await allDeliveries(client);
  const acknowledged = load.sent.flatMap(({ ids }) => ids ?? []);
  assert.ok(acknowledged.length > 0);
  const delivered = new Set(deliveries.filter((one) => one.status === 'delivered').map((one) => one.eventId));
  assert.deepEqual(
    acknowledged.filter((id) => !delivered.has(id)),
    [],
  );
  assert.ok(
    [...recorder.byKey.values()].every(({ count }) => count === 1),
    'a clean stop delivers nothing twice',
  );
});

test('a stop drains: /readyz is 503 while events are still accepted, and each response closes its connection', async () => {
  using folder = temporaryFolder();
  await using recorder = await startRecorder((response) => response.end());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (url: string, body?: string) =>
    new Promise<{ status: number | undefined; connection: string | undefined; isReused: boolean }>(
      (resolve, reject) => {
        const asked = request(url, { agent, method: body === undefined ? 'GET' : 'POST' }, (response) => {
          const { statusCode: status, headers } = response;
          response
            .resume()
            .on('end', () => resolve({ status, connection: headers.connection, isReused: asked.reusedSocket }));
        });
        asked.on('error', reject).end(body);
      },
    );
  await using server = spawnProcess({ ...environment(folder.path), MILLRACE_DRAIN_MS: '4000' });
  const url = await server.listening;
  const { key } = await wire(adminClient(url), recorder.url);
  const event = '{"events":[{"wt.ev":"buy"}]}';
  assert.equal((await ask(`${url}/readyz`)).status, 200);
  const before = await ask(`${url}/v3/${key}`, event);
  assert.deepEqual(before, { status: 200, connection: 'keep-alive', isReused: true });
  const ended = server.end('SIGTERM');
  let ready = await ask(`${url}/readyz`);
  while (ready.status === 200) ready = await ask(`${url}/readyz`);
  assert.deepEqual([ready.status, ready.connection], [503, 'close']);
  for (let i = 0; i < 3; i++)
    assert.deepEqual(await ask(`${url}/v3/${key}`, event), { status: 200, connection: 'close', isReused: false });
  assert.equal((await ask(`${url}/api/v1/setup`)).connection, 'close');
  await recorder.until(() => recorder.byKey.size === 4);
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test('a stop answers every request whose connection waits to be accepted', async () => {
  using folder = temporaryFolder();
  await using recorder = await startRecorder((response) => response.end());
  await using server = spawnProcess(environment(folder.path));
  const url = new URL(await server.listening);
  const client = adminClient(url.origin);
  const { key } = await wire(client, recorder.url);
  // Stopped, it accepts nothing: the system takes connections for it, and what is sent on them.
  process.kill(server.pid, 'SIGSTOP');
  const body = '{"events":[{"wt.ev":"buy"}]}';
  const head = `POST /v3/${key} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const sockets = Array.from({ length: 12 }, () => connect(Number(url.port), url.hostname));
  const answers = sockets.map((socket) => text(socket).catch((error: Error) => error.message));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(head + body, resolve))));
  const ended = server.end('SIGTERM');
  process.kill(server.pid, 'SIGCONT');
  for (const answer of await Promise.all(answers))
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n/i);
  assert.deepEqual(await ended, { code: 0, signal: null });
  // Each of them is an event that the next start has.
  await using next = spawnProcess(environment(folder.path));
  const { data } = await adminClient(await next.listening).call('listEvents', {});
  assert.equal(data.length, sockets.length);
});

test('SIGTERM while a destination hangs ends within its deadline; the delivery is sent again with its key', async () => {
  using folder = temporaryFolder();
  let isHanging = true;
  await using recorder = await startRecorder((response) => {
    if (!isHanging) response.end();
  });
  const env = { ...environment(folder.path), MILLRACE_SHUTDOWN_MS: '300' };
  {
    await using server = spawnProcess(env);
    const url = await server.listening;
    const { key } = await wire(adminClient(url), recorder.url, { connection: { settings: { timeoutMs: 60_000 } } });
    await fetch(`${url}/v3/${key}`, { method: 'POST', body: '{"events":[{"wt.ev":"buy"}]}' });
    await recorder.until(() => recorder.byKey.size === 1);
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null });
  }
  isHanging = false;
  await using server = spawnProcess(env);
  const client = adminClient(await server.listening);
  await untilFinished(client);
  const [delivery] = await allDeliveries(client);
  // The first request was cut by the stop, so that its outcome is unknown: waiting for its deadline would record a timeout.
  assert.deepEqual([delivery?.status, delivery?.attempts], ['delivered', 1]);
  assert.deepEqual(
    [...recorder.byKey].map(([key, { count, bodies }]) => [key, count, bodies.size]),
    [[delivery?.id, 2, 1]],
  );
});

/** Sends until the port is closed. Events with a 200 until then are accepted. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const status = await fetch(url, { method: 'POST', body: '{"events":[{"wt.ev":"late"}]}' }).then(
      async (response) => {
        await response.text();
        return response.status;
      },
      () => null,
    );
    if (status === null) return;
    assert.equal(status, 200);
  }
}
