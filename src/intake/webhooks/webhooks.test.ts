import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { startTestServer } from '../../api/testing/server.testing.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw+dGVzdA==';

async function startHooks() {
  const server = await startTestServer();
  const stored = () => server.journal.log.events({ limit: 200 });
  /** A collector that takes webhooks, and a way to send to it. */
  async function collector(webhooks: object | null, more: object = {}) {
    const body = { name: `C${Math.random()}`, formats: ['webhooks'], webhooks, ...more };
    const made = await server.make('/collectors', body);
    const url = `/hooks/${made['key']}`;
    const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
      server.call('POST', url, body, { authorization: '', ...headers });
    return { id: String(made['id']), url, send };
  }
  /** The headers of Standard Webhooks. */
  function signed(body: string | Buffer, id = 'msg_1', by = secret, at = server.clock.now): Record<string, string> {
    const time = String(Math.floor(at / 1_000));
    const key = Buffer.from(by.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
  }
  return { ...server, stored, collector, signed };
}

test('a signed webhook is one event with its name, time, id and values, and its repetition is answered and not stored', async () => {
  await using hooks = await startHooks();
  const { send, id } = await hooks.collector({ scheme: 'standard-webhooks', secret, visitor: 'data.user.id' });
  const body =
    '{"type":"order.paid","timestamp":"2026-01-02T03:00:00Z","data":{"user":{"id":9007199254740993},"total":1.50}}';
  for (const [at, attempt] of [0, 60_000].entries()) {
    hooks.clock.now += attempt;
    const answer = await send(body, hooks.signed(body));
    assert.deepEqual([answer.statusCode, answer.json()], [200, { success: true }], String(at));
  }
  const events = await hooks.stored();
  assert.deepEqual(
    events.map(({ id: _, receivedAt: __, ...event }) => event),
    [
      {
        name: 'order.paid',
        visitorId: '9007199254740993',
        anonymousId: null,
        sessionId: null,
        occurredAt: '2026-01-02T03:00:00.000Z',
        data: {
          type: 'order.paid',
          timestamp: '2026-01-02T03:00:00Z',
          data: { user: { id: '9007199254740993' }, total: '1.50' },
        },
        ext: {},
        session: {},
        source: { collectorId: id, format: 'webhooks' },
      },
    ],
  );
});

test('a webhook whose signature is wrong, missing, old or of another body is 401, and nothing of it is stored', async () => {
  await using hooks = await startHooks();
  const { send, id } = await hooks.collector({ scheme: 'standard-webhooks', secret });
  const body = '{"type":"order.paid"}';
  const good = hooks.signed(body);
  const wrong: [string, string, Record<string, string>][] = [
    ['wrong', body, hooks.signed(body, 'msg_1', 'whsec_AAAAAAAA')],
    ['missing', body, {}],
    ['old', body, hooks.signed(body, 'msg_1', secret, hooks.clock.now - 301_000)],
    ['of the future', body, hooks.signed(body, 'msg_1', secret, hooks.clock.now + 301_000)],
    ['of another body', '{"type":"order.refunded"}', good],
    ['of another id', body, { ...good, 'webhook-id': 'msg_2' }],
    ['of no JSON', '{', good],
  ];
  for (const [what, sent, headers] of wrong) {
    const answer = await send(sent, headers);
    assert.equal(answer.statusCode, 401, what);
    assert.match(String(answer.headers['content-type']), /^text\/plain/, what);
  }
  assert.deepEqual(await hooks.stored(), []);
  const { data } = (await hooks.call('GET', `/api/v1/collectors/rejected?collectorId=${id}`)).json();
  assert.deepEqual(
    data.map((one: { code: string; status: number }) => [one.code, one.status]),
    wrong.map(() => ['invalid_signature', 401]),
  );
  assert.equal((await send(body, good)).statusCode, 200, 'what was refused before is not taken for a repetition');
});

test('requests that are not signed use up nothing of the rate of a collector', async () => {
  await using hooks = await startHooks();
  const webhooks = { scheme: 'standard-webhooks', secret };
  const { send } = await hooks.collector(webhooks, { rate: { limit: 2, perMs: 86_400_000 } });
  const body = '{"type":"order.paid"}';
  for (let i = 0; i < 5; i++) assert.equal((await send(body)).statusCode, 401);
  const statuses: number[] = [];
  for (const id of ['a', 'b', 'c']) statuses.push((await send(body, hooks.signed(body, id))).statusCode);
  assert.deepEqual(statuses, [200, 200, 429]);
});

test('the signature is of the bytes as they came, also of a compressed body', async () => {
  await using hooks = await startHooks();
  const { send } = await hooks.collector({ scheme: 'standard-webhooks', secret });
  const packed = zlib.gzipSync('{"type":"packed"}');
  assert.equal((await send(packed, { ...hooks.signed(packed), 'content-encoding': 'gzip' })).statusCode, 200);
  const bomb = zlib.gzipSync(Buffer.alloc(20_000_000, 32));
  assert.equal((await send(bomb, { 'content-encoding': 'gzip' })).statusCode, 401, 'not inflated without a signature');
  assert.equal((await send(bomb, { ...hooks.signed(bomb), 'content-encoding': 'gzip' })).statusCode, 400);
  assert.deepEqual(
    (await hooks.stored()).map(({ name }) => name),
    ['packed'],
  );
});

test('a signed webhook is one event under whatever headers that are not signed it comes again', async () => {
  await using hooks = await startHooks();
  const body = '{"type":"order.paid"}';
  const standard = await hooks.collector({ scheme: 'standard-webhooks', secret });
  const svix = Object.entries(hooks.signed(body)).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]);
  const signature = createHmac('sha256', 'a-secret').update(body).digest('hex');
  const hmac = {
    scheme: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'X-Signature',
    prefix: '',
    signed: '{body}',
  };
  const plain = await hooks.collector({ ...hmac, secret: 'a-secret', timeHeader: null });
  for (const n of ['x1', 'x2']) {
    const more = { 'webhook-id': n, 'idempotency-key': n };
    assert.equal((await standard.send(body, { ...Object.fromEntries(svix), ...more })).statusCode, 200);
    const answer = await plain.send(body, { 'x-signature': signature, ...more });
    assert.equal(answer.statusCode, 200, answer.body);
  }
  const collectors = (await hooks.stored()).map(({ source }) => source.collectorId);
  assert.deepEqual(collectors.sort(), [standard.id, plain.id].sort());
});

test('name, visitor, time and id are read by the scheme, and by the places that the collector names instead', async () => {
  await using hooks = await startHooks();
  const key = 'a-secret-of-github';
  const sign = (body: string) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const body = '{"action":"opened","sender":{"login":"octo"},"when":"1767323000","repository":{"id":7}}';
  const headers = (delivery: string) => ({
    'x-hub-signature-256': sign(body),
    'x-github-event': 'issues',
    'x-github-delivery': delivery,
    'x-github-hook-id': '12',
  });
  const standard = await hooks.collector({ scheme: 'github', secret: key });
  for (const delivery of ['d1', 'd1', 'd2'])
    assert.equal((await standard.send(body, headers(delivery))).statusCode, 200, delivery);
  const own = await hooks.collector({
    scheme: 'github',
    secret: key,
    name: 'action',
    visitor: 'header:X-GitHub-Hook-Id',
    time: 'when',
    id: 'repository.id',
  });
  for (const delivery of ['d1', 'd2']) assert.equal((await own.send(body, headers(delivery))).statusCode, 200);
  assert.deepEqual(
    (await hooks.stored()).map((event) => [event.name, event.visitorId, event.occurredAt, event.ext['github']]),
    [
      ['opened', '12', '2026-01-02T03:03:20.000Z', { event: 'issues', delivery: 'd1', 'hook-id': '12' }],
      ['issues', 'octo', '2026-01-02T03:04:05.000Z', { event: 'issues', delivery: 'd2', 'hook-id': '12' }],
      ['issues', 'octo', '2026-01-02T03:04:05.000Z', { event: 'issues', delivery: 'd1', 'hook-id': '12' }],
    ],
  );
});

test('unsigned webhooks of any provider are JSON, a list of objects or a form; the same bytes are one event', async () => {
  await using hooks = await startHooks();
  const { send } = await hooks.collector(null);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent: [string, Record<string, string>][] = [
    ['{"event":"a","n":1}', {}],
    ['{"event":"a","n":1}', {}],
    ['[{"type":"b","sg":1},{"type":"c"}]', { 'content-type': 'application/json' }],
    ['type=d&text=%F0%9F%91%8B+you&__proto__=x', form],
    [`payload=${encodeURIComponent('{"type":"e","user":{"id":"u"}}')}`, form],
    ['\ufeff {"type":"f"}', { 'content-type': 'text/plain' }],
    ['{"type":"g"}', { 'idempotency-key': 'one' }],
    ['{"type":"g"}', { 'idempotency-key': 'two' }],
  ];
  for (const [body, headers] of sent) assert.equal((await send(body, headers)).statusCode, 200, body);
  const events = await hooks.stored();
  assert.deepEqual(events.map(({ name }) => name).reverse(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'g']);
  assert.deepEqual(Object.entries(events.at(-4)?.data ?? {}), [
    ['type', 'd'],
    ['text', '👋 you'],
    ['__proto__', 'x'],
  ]);
});

test('what is no webhook is refused as a whole, and a GET is told the method', async () => {
  await using hooks = await startHooks();
  const { send, url } = await hooks.collector(null);
  const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
  const refused: [string | Buffer, Record<string, string>?][] = [
    [''],
    ['Hello, World!'],
    ['[]'],
    ['[1]'],
    ['{"a":1'],
    [`[{"a":1},${deep}]`],
    [`[${'{"a":1},'.repeat(1_000)}{"a":1}]`],
    ['--x\r\n', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['=1', { 'content-type': 'application/x-www-form-urlencoded' }],
    [Buffer.from([0x7b, 0xff, 0x7d])],
  ];
  for (const [body, headers] of refused)
    assert.equal((await send(body, headers)).statusCode, 400, String(body).slice(0, 40));
  assert.deepEqual(await hooks.stored(), []);
  assert.equal((await hooks.call('GET', url)).statusCode, 405);
  assert.equal((await hooks.call('POST', '/hooks/unknown', '{}')).statusCode, 401);
});

test('a collector takes webhooks only when they are among its formats', async () => {
  await using hooks = await startHooks();
  const { key, formats } = await hooks.make('/collectors', { name: 'Standard' });
  assert.equal((formats as unknown as string[]).includes('webhooks'), false);
  assert.equal((await hooks.call('POST', `/hooks/${key}`, '{"type":"a"}')).statusCode, 401);
});

test('a patch of a collector keeps its webhook secret, another scheme removes it, and a rollback keeps the present one', async () => {
  await using hooks = await startHooks();
  const webhooks = { scheme: 'standard-webhooks', secret };
  const { id, send } = await hooks.collector(webhooks);
  const path = `/api/v1/collectors/${id}`;
  const change = async (method: 'PATCH' | 'POST', to: string, body: object) =>
    (await hooks.call(method, `${path}${to}`, body)).json();
  const changed = await change('PATCH', '', { webhooks: { visitor: 'user' } });
  assert.deepEqual(
    [changed.webhooks.visitor, changed.webhooks.secret.set, changed.warnings],
    ['user', true, undefined],
  );
  const body = '{"user":"u"}';
  assert.equal((await send(body, hooks.signed(body, 'a'))).statusCode, 200);
  const next = 'whsec_c2VjcmV0LW51bWJlci10d28=';
  await change('PATCH', '', { webhooks: { secret: next } });
  const back = await change('POST', '/rollback', { version: 1 });
  assert.deepEqual([back.webhooks.visitor, back.webhooks.secret.set], [null, true]);
  assert.equal((await send(body, hooks.signed(body, 'b'))).statusCode, 401);
  assert.equal((await send(body, hooks.signed(body, 'b', next))).statusCode, 200);
  const other = await change('PATCH', '', { webhooks: { scheme: 'stripe' } });
  assert.deepEqual([other.webhooks.secret, other.webhooks.scheme, other.warnings.length], [null, 'stripe', 1]);
  assert.equal((await send(body, hooks.signed(body, 'c', next))).statusCode, 401, 'nothing is taken without a secret');
  const refused = await hooks.call('PATCH', path, { webhooks: { scheme: 'standard-webhooks', secret: 'not base64!' } });
  assert.deepEqual([refused.statusCode, refused.json().errors[0].pointer], [422, '/webhooks/secret']);
});
