import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../../test/support/fake-clock.ts';
import { type Rig, type RigOptions, startRig, wire } from '../../../../test/support/rig.ts';
import type { EgressRequest } from '../../../egress/egress.ts';

const template = '{{! return JSON.stringify(it.data); }}';
type Settings = Record<string, unknown>;

async function startBatches(
  batch: Record<string, unknown>,
  handler?: NonNullable<RigOptions['handler']>,
  more: { settings?: Settings; connection?: Settings } = {},
) {
  const rig = await startRig(handler === undefined ? {} : { handler });
  const ids = await wire(rig, {
    ...(more.connection === undefined ? {} : { connection: more.connection }),
    destination: { template, settings: { batch, ...more.settings } },
  });
  return { rig, ...ids };
}

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ data: { n: String(from + n) } }));
const valuesIn = ({ body }: EgressRequest): string[] => JSON.parse(String(body)).map(({ n }: { n: string }) => n);
const sizes = (rig: Rig) => rig.egress.requests.map((request) => valuesIn(request).length);
const keyIn = ({ headers }: EgressRequest) => headers.find(([name]) => name === 'Idempotency-Key')?.[1];

test('a batch is sent when it is full, and the rest when its first delivery has waited long enough', async () => {
  const { rig } = await startBatches({ records: 3, waitMs: 1_000 });
  await using _ = rig;
  await rig.send(...numbered(8));
  await settled();
  assert.deepEqual(rig.egress.requests.map(valuesIn), [
    ['0', '1', '2'],
    ['3', '4', '5'],
  ]);
  await rig.clock.advance(999);
  await rig.send(...numbered(0, 8));
  assert.equal(rig.egress.requests.length, 2);
  await rig.clock.advance(1);
  assert.deepEqual(valuesIn(rig.egress.requests[2] ?? assert.fail()), ['6', '7']);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('a batch that is waiting when the clock is set back is sent with the next delivery', async () => {
  const { rig } = await startBatches({ records: 3, waitMs: 1_000 });
  await using _ = rig;
  await rig.send(...numbered(1));
  await rig.clock.advance(-86_400_000);
  await rig.send(...numbered(1, 1));
  await settled();
  assert.deepEqual(rig.egress.requests.map(valuesIn), [['0', '1']]);
});

test('all deliveries of a batch log one exchange, with its id and the number of its records; a single delivery has none', async () => {
  const { rig } = await startBatches({ records: 3, waitMs: 0 });
  await using _ = rig;
  await rig.send(...numbered(4));
  await settled();
  const [first, second, third, lone] = await rig.deliveries();
  const logs = [first, second, third].map((one) => one?.attemptLog?.[0] ?? assert.fail());
  assert.equal(new Set(logs.map(({ batchId }) => batchId)).size, 1);
  assert.match(logs[0]?.batchId ?? '', /^bat_/);
  assert.equal(new Set(logs.map(({ id }) => id)).size, 3);
  for (const { records, request, response, number, counted } of logs) {
    assert.deepEqual([records, response?.status, number, counted], [3, 200, 1, true]);
    assert.deepEqual(JSON.parse(request?.body ?? ''), [{ n: '0' }, { n: '1' }, { n: '2' }]);
  }
  const alone = lone?.attemptLog?.[0];
  assert.deepEqual([alone?.batchId, alone?.records, alone?.request?.body], [null, 1, '[{"n":"3"}]']);
});

test('the same deliveries sent again have the same key and the same bytes; other ones have another key', async () => {
  let isBad = true;
  const { rig } = await startBatches({ records: 3, waitMs: 0 }, () => ({ status: isBad ? 500 : 200 }));
  await using _ = rig;
  await rig.send(...numbered(3));
  await settled();
  isBad = false;
  await rig.clock.advance(5_000);
  await rig.send(...numbered(3, 3));
  await settled();
  const [one, again, other] = rig.egress.requests;
  assert.ok(one && again && other);
  assert.equal(keyIn(again), keyIn(one));
  assert.equal(again.body, one.body);
  assert.notEqual(keyIn(other), keyIn(one));
  assert.deepEqual(
    (await rig.deliveries()).map((delivery) => [delivery.status, delivery.attempts]),
    [...Array(3).fill(['delivered', 2]), ...Array(3).fill(['delivered', 1])],
  );
});

test('a refused batch is halved until the bad record is alone and fails with its own reason; parts use up no attempt', async () => {
  const bad = new Set(['1', '7', '11']);
  const { rig } = await startBatches({ records: 16, waitMs: 0 }, (request) => ({
    status: valuesIn(request).some((n) => bad.has(n)) ? 422 : 200,
    body: valuesIn(request).length === 1 ? `no ${valuesIn(request)[0]}` : 'no',
  }));
  await using _ = rig;
  await rig.send(...numbered(16));
  for (let level = 0; level < 6; level++) await settled();
  const deliveries = await rig.deliveries();
  for (const [n, { status, reason, attempts, attemptLog }] of deliveries.entries()) {
    const isBad = bad.has(String(n));
    assert.deepEqual([status, reason, attempts], isBad ? ['failed', 'http_4xx', 1] : ['delivered', null, 1], String(n));
    const last = attemptLog?.at(-1);
    if (isBad) assert.equal(last?.response?.body, `no ${n}`);
    const before = attemptLog?.slice(0, -1) ?? [];
    assert.ok(before.length > 0 && before.every(({ outcome, counted }) => outcome === 'split' && !counted));
    assert.deepEqual(
      attemptLog?.map(({ number }) => number),
      attemptLog?.map((_, at) => at + 1),
    );
  }
  assert.ok(sizes(rig).length <= 1 + 2 + 4 + 6 + 6, `${sizes(rig)}`);
  assert.deepEqual(new Set(rig.egress.requests.map(keyIn)).size, rig.egress.requests.length);
});

test('a single record that is too large fails; a batch that is too large is halved', async () => {
  const { rig } = await startBatches({ records: 4, waitMs: 0 }, (request) => ({
    status: valuesIn(request).length > 2 || valuesIn(request).includes('4') ? 413 : 200,
  }));
  await using _ = rig;
  await rig.send(...numbered(5));
  for (let level = 0; level < 4; level++) await settled();
  assert.deepEqual(sizes(rig).toSorted(), [1, 2, 2, 4]);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered', 'delivered', 'delivered', 'failed']);
});

test('a delivery of a refused batch that a person cancels is not sent again', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  const { rig, destinationId } = await startBatches({ records: 4, waitMs: 0 }, (_, index) =>
    index === 0 ? answer.promise : { status: 200 },
  );
  await using _ = rig;
  await rig.send(...numbered(4));
  await settled();
  const [, second] = await rig.deliveries();
  await rig.cancel(second?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  answer.resolve({ status: 422 });
  await settled();
  await rig.clock.advance(1);
  assert.deepEqual(await rig.statuses(), ['delivered', 'cancelled', 'delivered', 'delivered']);
  assert.ok(!rig.egress.requests.slice(1).flatMap(valuesIn).includes('1'));
});

test('a body is never longer than the limit, except for a single record that is', async () => {
  const { rig } = await startBatches({ records: 100, bytes: 1_024, waitMs: 0 });
  await using _ = rig;
  const long = (n: number, length: number) => ({ data: { n: String(n), text: 'ü'.repeat(length) } });
  await rig.send(...Array.from({ length: 40 }, (_, n) => long(n, 50)), long(40, 2_000), long(41, 10));
  for (let round = 0; round < 20; round++) await settled();
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  const bodies = rig.egress.requests.map((request) => [
    Buffer.byteLength(String(request.body)),
    valuesIn(request).length,
  ]);
  for (const [bytes = 0, records] of bodies) assert.ok(bytes <= 1_024 || records === 1, `${bodies}`);
  assert.ok(bodies.length <= 12, `${bodies.map(([, records]) => records)}`);
  assert.deepEqual(
    rig.egress.requests
      .flatMap(valuesIn)
      .map(Number)
      .sort((a, b) => a - b),
    Array.from({ length: 42 }, (_, n) => n),
  );
});

test('deliveries with different grouping values do not share a batch', async () => {
  const { rig } = await startBatches({ records: 10, waitMs: 500, key: 'visitorId' });
  await using _ = rig;
  await rig.send(...numbered(6).map((event, n) => ({ ...event, visitorId: n === 5 ? null : `v${n % 2}` })));
  await rig.clock.advance(500);
  assert.deepEqual(rig.egress.requests.map(valuesIn).toSorted(), [['0', '2', '4'], ['1', '3'], ['5']]);
});

test('deliveries in different versions do not share a batch, and an old version keeps its own limits', async () => {
  const { rig, connectionId, destinationId } = await startBatches({ records: 2, waitMs: 5_000 });
  await using _ = rig;
  const body = { connectionId, name: 'Orders', path: '/orders', status: 'enabled', template };
  await rig.send(...numbered(1));
  await settled();
  await rig.put('destination', { ...body, settings: { batch: { records: 3, waitMs: 5_000 } } }, destinationId);
  await rig.send(...numbered(2, 1));
  await settled();
  assert.equal(rig.egress.requests.length, 0);
  await rig.clock.advance(5_000);
  assert.deepEqual(rig.egress.requests.map(valuesIn).sort(), [['0'], ['1', '2']]);
  // A version without batches has a template for one record.
  await rig.put('destination', { ...body, status: 'paused', settings: {} }, destinationId);
  await rig.send(...numbered(2, 3));
  await settled();
  assert.equal(rig.egress.requests.length, 2);
});

test('a delivery says that it waits for its batch, and a shorter wait of a later version ends it', async () => {
  const { rig, connectionId, destinationId } = await startBatches({ records: 5, waitMs: 3_600_000 });
  await using _ = rig;
  await rig.send(...numbered(2));
  await rig.clock.advance(10_000);
  for (const { status, reason, detail, nextAttemptAt } of await rig.deliveries()) {
    assert.deepEqual([status, reason], ['pending', null]);
    assert.equal(detail, 'Waits for more deliveries to send in one request, at most 3590 s.');
    assert.equal(Date.parse(String(nextAttemptAt)) - rig.clock.now(), 3_590_000);
  }
  const batch = { records: 5, waitMs: 15_000 };
  await rig.put(
    'destination',
    { connectionId, name: 'Orders', template, status: 'enabled', settings: { batch } },
    destinationId,
  );
  await rig.clock.advance(4_999);
  assert.equal(rig.egress.requests.length, 0);
  await rig.clock.advance(1);
  assert.deepEqual(rig.egress.requests.map(valuesIn), [['0', '1']]);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
});

test('a retry of a delivery that waits for its batch does not begin the wait again', async () => {
  const { rig, destinationId } = await startBatches({ records: 5, waitMs: 10_000 });
  await using _ = rig;
  await rig.send(...numbered(2));
  await rig.clock.advance(9_000);
  for (const { id } of await rig.deliveries()) assert.ok(await rig.retry(id));
  rig.pipeline.queueStatus.wake([destinationId]);
  await rig.clock.advance(1_000);
  assert.deepEqual(rig.egress.requests.map(valuesIn), [['0', '1']]);
});

test('deliveries planned for single requests are never put into a batch by a later version', async () => {
  const { rig, connectionId, destinationId } = await startBatches({}, (_, index) => ({
    status: index < 2 ? 500 : 200,
  }));
  await using _ = rig;
  await rig.send(...numbered(2));
  await settled();
  const body = { connectionId, name: 'Orders', path: '/orders', status: 'enabled', template };
  await rig.put('destination', { ...body, settings: { batch: { records: 5, waitMs: 0 } } }, destinationId);
  await rig.clock.advance(5_000);
  assert.deepEqual(sizes(rig), [1, 1, 1, 1]);
});

test('a rule about items retries and fails only the records that they name', async () => {
  const outcomes = [
    {
      when: { status: '2xx' },
      items: { path: 'errors', index: 'at', when: { path: 'code', status: '5xx' } },
      outcome: 'retry',
    },
    { when: { status: '2xx' }, items: { path: 'errors', index: 'at' }, outcome: 'fail' },
  ];
  const { rig } = await startBatches(
    { records: 5, waitMs: 0 },
    (_, index) => ({
      status: 200,
      body: JSON.stringify({ errors: index === 0 ? [{ at: 1, code: 503 }, { at: 3, code: 400 }, { at: 99 }] : [] }),
    }),
    { settings: { outcomes } },
  );
  await using _ = rig;
  await rig.send(...numbered(5));
  await settled();
  assert.deepEqual(await rig.statuses(), ['delivered', 'retrying', 'delivered', 'failed', 'delivered']);
  const [first, second, , fourth] = await rig.deliveries();
  assert.deepEqual(
    [first, second, fourth].map((one) => [one?.attemptLog?.[0]?.outcome, one?.attemptLog?.[0]?.error?.kind]),
    [
      ['delivered', undefined],
      ['retry', 'protocol'],
      ['failed', 'protocol'],
    ],
  );
  await rig.clock.advance(5_000);
  assert.deepEqual(rig.egress.requests.map(valuesIn)[1], ['1']);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered', 'delivered', 'failed', 'delivered']);
});

test('when the response to a refused batch names the bad records, the others are sent again in one batch', async () => {
  const outcomes = [{ when: { status: 422 }, items: { index: '' }, outcome: 'fail' }];
  const { rig } = await startBatches(
    { records: 6, waitMs: 0 },
    (_, index) => (index === 0 ? { status: 422, body: '[2,4]' } : { status: 200 }),
    { settings: { outcomes } },
  );
  await using _ = rig;
  await rig.send(...numbered(6));
  await settled();
  await settled();
  assert.deepEqual(sizes(rig), [6, 4]);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered', 'failed', 'delivered', 'failed', 'delivered']);
});

test('for the rate limit, the breaker and the pause that a peer asks for, a batch counts as one exchange', async () => {
  const answers = [
    { error: { kind: 'reset', message: 'gone' } },
    { status: 429, headers: [['retry-after', '60']] },
  ] as const;
  const { rig, connectionId } = await startBatches(
    { records: 10, waitMs: 0 },
    (_, index) => answers[index] ?? { status: 200 },
    { connection: { settings: { rate: { limit: 1, perMs: 1_000 } } } },
  );
  await using _ = rig;
  await rig.send(...numbered(10));
  await settled();
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  await rig.clock.advance(5_000);
  assert.deepEqual(sizes(rig), [10, 10]);
  await rig.send(...numbered(20, 10));
  await rig.clock.advance(59_999);
  assert.equal(rig.egress.requests.length, 2);
  await rig.clock.advance(2_001);
  assert.deepEqual(sizes(rig), [10, 10, 10, 10, 10]);
  assert.deepEqual(new Set((await rig.deliveries()).map(({ attempts }) => attempts)), new Set([2, 1]));
});

test('after one crash a batch is sent again as a batch, after two in a row its deliveries are sent one by one', async () => {
  let isHanging = true;
  const { rig } = await startBatches({ records: 6, waitMs: 0 }, () =>
    isHanging ? new Promise<never>(() => {}) : { status: 200 },
  );
  await using _ = rig;
  await rig.send(...numbered(6));
  await rig.clock.advance(100);
  assert.deepEqual(sizes(rig), [6]);
  await rig.restart();
  await rig.clock.advance(100);
  assert.deepEqual(sizes(rig), [6, 6]);
  const [first, second] = rig.egress.requests;
  assert.deepEqual(second?.body, first?.body);
  assert.deepEqual(second?.headers, first?.headers);
  isHanging = false;
  await rig.restart();
  await rig.send(...numbered(2, 6));
  for (let round = 0; round < 12; round++) await settled();
  await rig.clock.advance(1_000);
  assert.deepEqual(sizes(rig).slice(2).toSorted(), [1, 1, 1, 1, 1, 1, 2]);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('held deliveries are sent in full batches after the release', async () => {
  const { rig, connectionId, destinationId } = await startBatches({ records: 200, waitMs: 0 });
  await using _ = rig;
  const body = {
    connectionId,
    name: 'Orders',
    path: '/orders',
    template,
    settings: { batch: { records: 200, waitMs: 0 } },
  };
  await rig.put('destination', { ...body, status: 'paused' }, destinationId);
  for (let n = 0; n < 1_000; n += 100) await rig.send(...numbered(100, n));
  await settled();
  assert.equal(rig.egress.requests.length, 0);
  await rig.put('destination', { ...body, status: 'enabled' }, destinationId);
  for (let round = 0; round < 10; round++) await settled();
  assert.deepEqual(sizes(rig), [200, 200, 200, 200, 200]);
  assert.deepEqual(
    rig.egress.requests.flatMap(valuesIn),
    Array.from({ length: 1_000 }, (_, n) => String(n)),
  );
});

const ordered = (settings: Settings = {}) => ({
  settings: { order: { key: 'visitorId', releaseAfter: null }, ...settings },
});
const visits = (...visitors: string[]) =>
  visitors.map((visitorId, n) => ({ visitorId, data: { n: `${visitorId}${n}` } }));

test('deliveries of one order key share a batch in order, and the next ones follow when these are delivered', async () => {
  const { rig } = await startBatches({ records: 4, waitMs: 100 }, undefined, ordered());
  await using _ = rig;
  await rig.send(...visits('a', 'a', 'b', 'a', 'a', 'a', 'b'));
  for (let round = 0; round < 10; round++) await rig.clock.advance(100);
  const sent = rig.egress.requests.flatMap(valuesIn);
  assert.equal(sent.length, 7);
  for (const visitor of ['a', 'b']) {
    const own = sent.filter((value) => value.startsWith(visitor));
    assert.deepEqual(own, own.toSorted());
  }
  assert.ok(rig.egress.requests.length <= 3, `${sizes(rig)}`);
});

test('where responses report on single records, a batch has one delivery of each order key, and the later ones wait while it fails', async () => {
  const outcomes = [{ when: { status: 200 }, items: { index: '' }, outcome: 'retry' }];
  let refusals = 1;
  const { rig } = await startBatches(
    { records: 6, waitMs: 0 },
    (request, index) =>
      index === 0
        ? { status: 200, body: '[0]' }
        : { status: valuesIn(request).length > 1 && refusals-- > 0 ? 422 : 200 },
    ordered({ outcomes }),
  );
  await using _ = rig;
  await rig.send(...visits('a', 'a', 'b', 'a', 'b', 'c'));
  for (let round = 0; round < 4; round++) await settled();
  assert.deepEqual(valuesIn(rig.egress.requests[0] ?? assert.fail()), ['a0', 'b2', 'c5']);
  assert.deepEqual(rig.egress.requests.slice(1).flatMap(valuesIn), ['b4']);
  await rig.clock.advance(5_000);
  for (let round = 0; round < 10; round++) await settled();
  const later = rig.egress.requests.slice(1).flatMap(valuesIn);
  assert.deepEqual([...new Set(later.filter((value) => value.startsWith('a')))], ['a0', 'a1', 'a3']);
  for (const request of rig.egress.requests)
    assert.ok(valuesIn(request).filter((value) => value.startsWith('a')).length < 2, `${valuesIn(request)}`);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('in an ordered batch, refused parts keep the order', async () => {
  let refusals = 2;
  const { rig } = await startBatches(
    { records: 6, waitMs: 0 },
    (request) => ({ status: valuesIn(request).length > 1 && refusals-- > 0 ? 422 : 200 }),
    ordered(),
  );
  await using _ = rig;
  await rig.send(...visits('a', 'a', 'b', 'a', 'a'));
  for (let round = 0; round < 10; round++) await settled();
  const own = rig.egress.requests
    .slice(1)
    .flatMap(valuesIn)
    .filter((value) => value.startsWith('a'));
  assert.deepEqual([...new Set(own)], ['a0', 'a1', 'a3', 'a4']);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('an ordered batch that fails before it is sent is halved down to the first record of each key, which is retried', async () => {
  // The template of the header needs a sandbox, and there is none.
  const headers = [{ name: 'X-First', value: '{{ it.data[0].n }}' }];
  const { rig } = await startBatches({ records: 6, waitMs: 0 }, undefined, ordered({ headers }));
  await using _ = rig;
  await rig.send(...visits('a', 'b', 'a', 'a', 'b'));
  await settled();
  const deliveries = await rig.deliveries();
  assert.deepEqual(
    deliveries.map(({ status, attempts }) => [status, attempts]),
    [
      ['retrying', 1],
      ['retrying', 1],
      ['pending', 0],
      ['pending', 0],
      ['pending', 0],
    ],
  );
});

test('the stored exchange of a batch is masked for the events of all its deliveries, and sent unmasked', async () => {
  const { rig } = await startBatches(
    { records: 3, waitMs: 0 },
    () => ({ status: 200, body: 'thanks ann@example.com' }),
    {
      settings: { bodies: { keepMs: null, mask: ['email'] } },
    },
  );
  await using _ = rig;
  const people = ['ann', 'bob', 'eve'].map((name) => ({ data: { n: name, email: `${name}@example.com` } }));
  await rig.send(...people);
  await settled();
  assert.match(String(rig.egress.requests[0]?.body), /ann@.*bob@.*eve@/);
  const logs = (await rig.deliveries()).map(({ attemptLog }) => attemptLog?.[0] ?? assert.fail());
  assert.equal(logs.length, 3);
  for (const { request, response, records } of logs) {
    assert.equal(records, 3);
    assert.doesNotMatch(`${request?.body} ${response?.body}`, /@example\.com/);
    assert.match(request?.body ?? '', /masked/);
  }
});

test('no address of a large batch is stored in clear text', async () => {
  const { rig } = await startBatches({ records: 150, waitMs: 0 }, () => ({ status: 200 }), {
    settings: { bodies: { keepMs: null, mask: ['email'] } },
  });
  await using _ = rig;
  // The second name is in a field that no pattern matches.
  const people = Array.from({ length: 150 }, (_, n) => ({
    data: { email: `p${n}@example.com`, to: `p${n}@example.com` },
  }));
  await rig.send(...people);
  await settled();
  assert.match(String(rig.egress.requests[0]?.body), /p0@.*p149@/);
  const logs = (await rig.deliveries()).map(({ attemptLog }) => attemptLog?.[0]?.request?.body ?? assert.fail());
  assert.equal(logs.length, 150);
  for (const body of logs) assert.doesNotMatch(body, /@example\.com/);
});

test('a refused token is replaced once for a batch, which is sent again with the same key', async () => {
  let tokens = 0;
  let isEnded = false;
  const { rig } = await startBatches(
    { records: 3, waitMs: 0 },
    ({ url, headers }) => {
      if (url.endsWith('/token')) {
        tokens += 1;
        return {
          status: 200,
          body: JSON.stringify({ access_token: `t${tokens}`, token_type: 'bearer', expires_in: 900 }),
        };
      }
      return { status: headers.some(([, value]) => value === 'Bearer t1') && isEnded ? 401 : 200 };
    },
    {
      connection: {
        auth: {
          type: 'oauth2',
          grant: 'client_credentials',
          clientId: 'c',
          clientSecret: 's',
          accessTokenUrl: 'https://crm.example/token',
        },
      },
    },
  );
  await using _ = rig;
  await rig.send(...numbered(3));
  await settled();
  isEnded = true;
  await rig.send(...numbered(3, 3));
  for (let round = 0; round < 4; round++) await settled();
  assert.equal(tokens, 2);
  const sent = rig.egress.requests.filter(({ url }) => !url.endsWith('/token'));
  assert.deepEqual(
    sent.map((request) => valuesIn(request).length),
    [3, 3, 3],
  );
  assert.deepEqual([keyIn(sent[2] ?? assert.fail()), sent[2]?.body], [keyIn(sent[1] ?? assert.fail()), sent[1]?.body]);
  for (const { status, attempts, attemptLog } of (await rig.deliveries()).slice(3)) {
    assert.deepEqual([status, attempts], ['delivered', 1]);
    assert.deepEqual(
      attemptLog?.map(({ outcome, number }) => [outcome, number]),
      [
        ['refreshed', 1],
        ['delivered', 2],
      ],
    );
    assert.notEqual(attemptLog?.[0]?.batchId, attemptLog?.[1]?.batchId);
  }
});
