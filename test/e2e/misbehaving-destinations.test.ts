import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dnsPeer } from '../../src/egress/http1/testing/peers.testing.ts';
import { reaches, shows, standing, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Script, startReceiver } from '../support/receiver.ts';
import { type WireSink, wireSinks } from './sinks/wire-sinks.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;
/** Two attempts without a wait between them. */
const quick = { retry: { scheduleMs: [0, 0], jitter: 0 } };

const bytes = (text: string, then: (socket: Socket) => void = (socket) => void socket.end()): Script => ({
  raw(socket) {
    socket.write(text);
    then(socket);
  },
});

const hanging = new Promise(() => {});

/** Delivers to a sink over real sockets, and gives how the last delivery stands when nothing more happens by itself. */
async function deliverTo({ start, isTls = false, settings, events = 1, stands }: WireSink) {
  await using peer = await start();
  const { deliver } = await wire(
    app,
    { url: `${isTls ? 'https' : 'http'}://127.0.0.1:${peer.port}` },
    { connection: { settings: { ...quick, ...settings } } },
  );
  for (let before = 1; before < events; before++) await deliver({ v: before });
  const { status, reason, errorKind, attempts, attemptLog = [] } = await deliver({ v: 'last' }, stands.status);
  for (const { error, response } of attemptLog) {
    assert.equal(error?.kind ?? null, errorKind);
    assert.ok((response?.body ?? '').length <= 65_536);
  }
  const keys = attemptLog.map((one) => one.request?.headers.find(([name]) => name === 'Idempotency-Key')?.[1]);
  assert.equal(new Set(keys).size, 1);
  return { status, reason, errorKind, attempts, counted: attemptLog.map((one) => one.counted) };
}

test(`whatever happens on the wire, a delivery ends as it should (${wireSinks.length} sinks)`, async () => {
  const seen = wireSinks.map(async (sink) => ({ what: sink.what, ...(await deliverTo(sink)) }));
  assert.deepEqual(
    await Promise.all(seen),
    wireSinks.map(({ what, stands }) => ({ what, ...stands })),
  );
});

test('a compressed answer is not inflated, and its size is bounded', async () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000));
  receiver.answer('/bomb', { headers: { 'content-encoding': 'gzip' }, body: bomb });
  const { deliver } = await wire(app, receiver, { destination: { path: '/bomb' } });
  const { attemptLog } = await deliver({ v: 1 });
  assert.equal(receiver.at('/bomb')[0]?.headers['accept-encoding'], 'identity');
  const response = attemptLog?.[0]?.response;
  assert.ok(response?.truncated === true && (response.body ?? '').length <= 65_536);
});

test('redirects are not followed and fail, as do refusals; nothing of them is repeated', async () => {
  const cases = [
    { status: 301, reason: 'http_3xx' },
    { status: 307, reason: 'http_3xx' },
    { status: 400, reason: 'http_4xx' },
    { status: 404, reason: 'http_4xx' },
    { status: 422, reason: 'http_4xx' },
    { status: 501, reason: 'http_5xx' },
    { status: 505, reason: 'http_5xx' },
    { status: 700, reason: 'protocol' },
  ] as const;
  await Promise.all(
    cases.map(async ({ status, reason }) => {
      const path = `/status-${status}`;
      const headers = { location: `${receiver.url}/elsewhere` };
      receiver.answer(
        path,
        status > 599 ? bytes(`HTTP/1.1 ${status} Odd\r\ncontent-length: 0\r\n\r\n`) : { status, headers },
      );
      const { deliver } = await wire(app, receiver, { connection: { settings: quick }, destination: { path } });
      const delivery = await deliver({ v: 1 }, 'failed');
      assert.deepEqual(
        standing(delivery),
        { status: 'failed', reason, errorKind: reason, attempts: 1, outcomes: ['failed'] },
        String(status),
      );
      assert.equal(receiver.at(path).length, 1);
    }),
  );
  assert.equal(receiver.at('/elsewhere').length, 0);
});

test('304 fails, and is not explained as a redirect', async () => {
  receiver.answer('/not-modified', { status: 304 });
  const { deliver, destination } = await wire(app, receiver, { destination: { path: '/not-modified' } });
  const { reason, detail } = await deliver({ v: 1 }, 'failed');
  assert.deepEqual(
    [reason, detail],
    ['http_3xx', 'HTTP 304. Not Modified does not confirm that the data was accepted.'],
  );
  const query = { destinationId: destination.id };
  const [issue] = await eventually('the issue', async () => {
    const { data } = await app.client.call('listIssues', { query });
    return data.length > 0 && data;
  });
  assert.match(issue?.likelyFix ?? '', /If-None-Match/);
});

test('410 fails the delivery and pauses the destination; what follows waits until a person enables it', async () => {
  receiver.answer('/gone', { status: 410 }, {});
  const { deliver, destination } = await wire(app, receiver, { destination: { path: '/gone' } });
  const first = await deliver({ v: 1 }, 'failed');
  assert.equal(first.reason, 'http_4xx');
  const params = { id: destination.id };
  const paused = await eventually('the destination to be paused', async () => {
    const shown = await client.call('getDestination', { params });
    return shown.status === 'paused' ? shown : null;
  });
  assert.equal(paused.version, destination.version + 1);
  const { data: versions } = await client.call('listDestinationVersions', { params });
  assert.deepEqual(
    versions.map(({ version }) => version),
    [destination.version],
    'a pause is no version, whoever makes it',
  );
  const held = await deliver({ v: 2 }, 'held');
  assert.deepEqual([held.reason, receiver.at('/gone').length], ['destination_paused', 1]);
  await client.call('changeDestination', { params, body: { status: 'enabled' } });
  await reaches(app, held.id, 'delivered');
  assert.equal((await client.call('getDelivery', { params: { id: first.id } })).status, 'failed');
});

test('Retry-After of 429 is obeyed by the whole connection, of 503 by the destination, and costs no attempt', async () => {
  const cases = [
    // Longer than a busy machine takes to look at the delivery.
    { status: 429, seconds: 8, isShared: true },
    // Longer than any machine takes to deliver to another destination.
    { status: 503, seconds: 3_600, isShared: false },
  ];
  await Promise.all(
    cases.map(async ({ status, seconds, isShared }) => {
      const path = `/wait-${status}`;
      receiver.answer(path, { status, headers: { 'retry-after': String(seconds) } }, {});
      const { deliver, connection, action } = await wire(app, receiver, { destination: { path } });
      const other = await client.call('createDestination', {
        params: { id: connection.id },
        body: { name: 'other', path: `${path}-other`, status: 'enabled' },
      });
      const { id } = await deliver({ v: 1 }, 'retrying');
      const waiting = await shows(app, id, 'wait', ({ reason }) => reason !== null);
      assert.deepEqual(standing(waiting), {
        status: 'retrying',
        reason: 'budget',
        errorKind: status === 429 ? 'http_429' : 'http_5xx',
        attempts: 0,
        outcomes: ['retry'],
      });
      await client.call('changeAction', {
        params: { id: action.id },
        body: { destinations: [{ destinationId: other.id }] },
      });
      await deliver({ v: 2 });
      if (!isShared) {
        assert.equal(receiver.at(path).length, 1);
        await client.call('retryDelivery', { params: { id: waiting.id } });
      }
      const delivered = await reaches(app, waiting.id, 'delivered');
      assert.deepEqual([delivered.attempts, delivered.attemptLog?.map((one) => one.counted)], [1, [false, true]]);
      const refusedAt = receiver.at(path)[0]?.at ?? 0;
      const waitMs = (requests: readonly { at: number }[]) => (requests.at(-1)?.at ?? 0) - refusedAt;
      for (const at of isShared ? [path, `${path}-other`] : [])
        assert.ok(waitMs(receiver.at(at)) >= seconds * 1_000, at);
    }),
  );
});

test('a destination may hold what timed out, until a person retries it: a release of its connection leaves it', async () => {
  receiver.answer('/unknown', { hold: hanging }, {});
  const { deliver, connection } = await wire(app, receiver, {
    // A loaded machine must get the answer to the second attempt within it.
    connection: { settings: { ...quick, timeoutMs: 4_000 } },
    destination: { path: '/unknown', settings: { onTimeout: 'hold' } },
  });
  const held = await deliver({ v: 1 }, 'held');
  assert.deepEqual([held.reason, held.errorKind, held.attempts], ['unknown_outcome', 'timeout', 1]);
  const { released, unknownOutcomes } = await client.call('releaseConnection', { params: { id: connection.id } });
  assert.deepEqual([released, unknownOutcomes], [0, 1]);
  await client.call('retryDelivery', { params: { id: held.id } });
  const delivered = await reaches(app, held.id, 'delivered');
  assert.deepEqual([delivered.attempts, receiver.at('/unknown').length], [2, 2]);
});

test('a request that was cut off after it was sent is held where the destination is set so, and not sent again', async () => {
  receiver.answer('/cut', { raw: (socket) => socket.destroy() }, {});
  const { deliver } = await wire(app, receiver, {
    connection: { settings: quick },
    destination: { path: '/cut', settings: { onTimeout: 'hold' } },
  });
  const held = await deliver({ v: 1 }, 'held');
  assert.deepEqual([held.reason, held.errorKind, receiver.at('/cut').length], ['unknown_outcome', 'reset', 1]);
});

test('a system that is not there, or blocked, is told apart', async () => {
  const free = await startReceiver();
  const { url } = free;
  await free[Symbol.asyncDispose]();
  const refused = await wire(app, { url }, { connection: { settings: quick } });
  const held = await refused.deliver({ v: 1 }, 'held');
  assert.deepEqual([held.reason, held.errorKind, held.attempts], ['exhausted', 'connect', 2]);

  const blocked = await client
    .call('createConnection', { body: { name: 'metadata', baseUrl: 'http://169.254.169.254/latest' } })
    .catch((error: unknown) => error);
  assert.equal(Object(blocked).code, 'blocked_address');

  // A name may lead to a blocked address only later, when it is looked up.
  const { port } = new URL(app.url);
  const own = await client
    .call('createConnection', { body: { name: 'itself', baseUrl: `http://127.0.0.1:${port}` } })
    .catch((error: unknown) => error);
  assert.equal(Object(own).code, 'blocked_address');
});

test('names are looked up when sending: unknown ones are retried, those that lead inside are blocked', async () => {
  await using dns = await dnsPeer({ 'inside.test': ['127.0.0.1', '10.0.0.1'], 'here.test': ['127.0.0.1'] });
  await using guarded = await startTestApp({ MILLRACE_DNS_SERVERS: dns.address });
  const to = (host: string) =>
    wire(guarded, { url: `http://${host}:${receiver.port}` }, { connection: { settings: quick } });
  const here = await to('here.test');
  await here.deliver({ v: 1 });
  assert.equal(receiver.at('/in').at(-1)?.headers.host, `here.test:${receiver.port}`);
  const unknown = await (await to('unknown.test')).deliver({ v: 1 }, 'held');
  assert.deepEqual([unknown.reason, unknown.errorKind, unknown.attempts], ['exhausted', 'dns', 2]);
  const inside = await to('inside.test');
  const blocked = await inside.deliver({ v: 1 }, 'failed');
  assert.deepEqual([blocked.reason, blocked.errorKind, blocked.attempts], ['blocked', 'blocked', 1]);
  const { ok, steps } = await guarded.client.call('testConnection', { params: { id: inside.connection.id } });
  assert.deepEqual([ok, steps.at(-1)?.name, steps.at(-1)?.error?.kind], [false, 'dns', 'blocked']);
});

test('one destination that hangs delays no other of its connection', async () => {
  receiver.answer('/hanging', { hold: hanging });
  const { send, deliver, connection, action, destination } = await wire(app, receiver, {
    connection: { settings: { ...quick, timeoutMs: 60_000 } },
    destination: { path: '/hanging' },
  });
  await send(...Array.from({ length: 100 }, (_, n) => ({ n })));
  await eventually('requests to hang', () => receiver.at('/hanging').length >= 8);
  const other = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name: 'quick one', path: '/quick', status: 'enabled' },
  });
  await client.call('changeAction', {
    params: { id: action.id },
    body: { destinations: [{ destinationId: other.id }] },
  });
  await deliver({ v: 1 });
  const { data } = await client.call('listDeliveries', { query: { destinationId: destination.id, limit: '200' } });
  assert.ok(
    data.every(({ attempts }) => attempts === 0),
    'all that hang still do',
  );
  await client.call('changeDestination', { params: { id: destination.id }, body: { status: 'paused' } });
});
