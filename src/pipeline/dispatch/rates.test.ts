import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const windowMs = 10_000;
const allowed = 100;

/**
 * A vendor that counts the requests of an account in fixed windows of ten seconds, and refuses those over the limit.
 */
function vendor(now: () => number, tells: (left: number, resetSeconds: number) => [string, string][]) {
  const seen = { windows: new Map<number, number>(), refused: 0, paths: new Map<string, number>() };
  const answer = (url: string): FakeAnswer => {
    const window = Math.floor(now() / windowMs);
    const count = (seen.windows.get(window) ?? 0) + 1;
    const resetSeconds = Math.ceil(((window + 1) * windowMs - now()) / 1_000);
    if (count > allowed) {
      seen.refused += 1;
      return { status: 429, headers: [...tells(0, resetSeconds), ['retry-after', String(resetSeconds)]] };
    }
    seen.windows.set(window, count);
    seen.paths.set(url, (seen.paths.get(url) ?? 0) + 1);
    return { status: 200, headers: tells(allowed - count, resetSeconds) };
  };
  return { seen, answer };
}

/** One account, three destinations, and events that fire each of them in turn. */
async function account(rate: object, tells: Parameters<typeof vendor>[1]) {
  let clock = () => 0;
  const { seen, answer } = vendor(() => clock(), tells);
  const rig = await startRig({ handler: ({ url }) => answer(url) });
  clock = rig.clock.now;
  const connectionId = await rig.put('connection', {
    name: 'Vendor',
    baseUrl: 'https://vendor.example',
    settings: { rate },
  });
  const ids: string[] = [];
  for (const n of [0, 1, 2]) {
    const destinationId = await rig.put('destination', {
      connectionId,
      name: `D${n}`,
      path: `/${n}`,
      status: 'enabled',
    });
    ids.push(destinationId);
    const rules = { parameter: 'to', operator: 'equals', value: String(n) };
    await rig.put('action', {
      name: `A${n}`,
      description: 'one in three',
      status: 'enabled',
      rules,
      destinations: [{ destinationId }],
    });
  }
  const send = (count: number) =>
    rig.send(...Array.from({ length: count }, (_, n) => ({ data: { to: String(n % 3) } })));
  return { rig, seen, send, connectionId, ids };
}

test('a rate is shared by all destinations of a connection and fully used, and waiting for it is shown and is not an attempt', async () => {
  const { rig, seen, send } = await account({ limit: allowed, perMs: windowMs }, () => []);
  await using _ = rig;
  for (let n = 0; n < 15; n++) await send(100);
  await rig.clock.advance(1);
  const waiting = (await rig.deliveries()).filter(({ status }) => status === 'pending');
  assert.ok(waiting.length > 0);
  for (const { reason, detail, attempts, nextAttemptAt } of waiting) {
    assert.deepEqual([reason, attempts], ['budget', 0]);
    assert.match(detail ?? '', /^Waits for the rate limit of its connection, about \d+ s\.$/);
    assert.ok(Date.parse(nextAttemptAt ?? '') > rig.clock.now());
  }
  await rig.clock.advance(140_000);
  assert.equal(
    [...seen.windows.values()].reduce((sum, count) => sum + count),
    1_500,
  );
  assert.equal(seen.refused, 0);
  assert.deepEqual([...seen.paths.values()], [510, 495, 495]);
});

test("the peer's quota headers are enough: after the first responses nothing is refused, and 95 % of its rate is used", async () => {
  const forms: Parameters<typeof vendor>[1][] = [
    (left, reset) => [['ratelimit', `"default";r=${left};t=${reset}`]],
    (left, reset) => [
      ['x-ratelimit-remaining', String(left)],
      ['x-ratelimit-reset', String(reset)],
    ],
  ];
  for (const tells of forms) {
    const { rig, seen, send } = await account({}, tells);
    await using _ = rig;
    for (let n = 0; n < 10; n++) await send(100);
    await rig.clock.advance(windowMs);
    const refused = seen.refused;
    const before = [...seen.windows.values()].reduce((sum, count) => sum + count);
    await rig.clock.advance(8 * windowMs);
    const after = [...seen.windows.values()].reduce((sum, count) => sum + count);
    assert.equal(seen.refused, refused, 'refused once its count was known');
    assert.ok(after - before >= 0.95 * 8 * allowed, `${after - before} in eight windows`);
    await rig.clock.advance(3 * windowMs);
    const page = await rig.journal.log.deliveries({ limit: 2_000, closed: [], now: rig.clock.now() });
    assert.equal(page.length, 1_000);
    assert.ok(page.every(({ status, attempts }) => status === 'delivered' && attempts === 1));
  }
});

test('a destination can have a smaller rate of its own, which does not delay others', async () => {
  const { rig, seen, send, ids, connectionId } = await account({}, () => []);
  await using _ = rig;
  const settings = { rate: { limit: 1, perMs: 1_000 } };
  await rig.put('destination', { connectionId, name: 'D0', path: '/0', status: 'enabled', settings }, ids[0]);
  await send(30);
  await rig.clock.advance(3_500);
  assert.deepEqual(
    ['/0', '/1', '/2'].map((path) => seen.paths.get(`https://vendor.example${path}`)),
    [4, 10, 10],
  );
  await rig.clock.advance(7_000);
  assert.equal(seen.paths.get('https://vendor.example/0'), 10);
});

test('a higher rate takes effect when it is saved', async () => {
  const { rig, seen, send, connectionId } = await account({ limit: 1, perMs: 60_000 }, () => []);
  await using _ = rig;
  await send(30);
  await rig.clock.advance(1_000);
  assert.equal(
    [...seen.paths.values()].reduce((sum, count) => sum + count),
    1,
  );
  await rig.put('connection', { name: 'Vendor', baseUrl: 'https://vendor.example' }, connectionId);
  await rig.clock.advance(100);
  assert.equal(
    [...seen.paths.values()].reduce((sum, count) => sum + count),
    30,
  );
});

/** Two deliveries and a rate of one request a minute: the number of requests that the egress gets in the first ten seconds. */
async function askedOfTwo(first: FakeAnswer | 'internal error'): Promise<number> {
  await using rig = await startRig({
    handler: (_, index) => (index === 0 && first !== 'internal error' ? first : { status: 200 }),
    sandbox: {
      render: () => Promise.reject(new Error('broken')),
      stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
      [Symbol.asyncDispose]: async () => {},
    },
  });
  const settings = {
    rate: { limit: 1, perMs: 60_000, concurrency: 1 },
    retry: { scheduleMs: [0, 3_600_000], jitter: 0 },
  };
  const { connectionId } = await wire(rig, {
    connection: { settings },
    action: { rules: { parameter: 'to', operator: 'equals', value: 'good' } },
  });
  if (first === 'internal error') {
    const template = '{{ it.data[0].to }}';
    const broken = { connectionId, name: 'Broken', path: '/broken', status: 'enabled', template };
    const destinations = [{ destinationId: await rig.put('destination', broken) }];
    const rules = { parameter: 'to', operator: 'equals', value: 'broken' };
    await rig.put('action', { name: 'B', description: 'one', status: 'enabled', rules, destinations });
    await rig.send({ data: { to: 'broken' } });
    await settled();
  }
  await rig.send({ data: { to: 'good' } });
  await settled();
  if (first !== 'internal error') await rig.send({ data: { to: 'good' } });
  await rig.clock.advance(10_000);
  return rig.egress.requests.length;
}

test('a request that was certainly not sent takes nothing of a rate, and one that may have been sent does', async () => {
  const message = 'it failed';
  for (const kind of ['dns', 'connect', 'blocked'] as const)
    assert.equal(await askedOfTwo({ error: { kind, message } }), 2, kind);
  for (const kind of ['tls', 'timeout', 'reset', 'protocol'] as const)
    assert.equal(await askedOfTwo({ error: { kind, message } }), 1, kind);
});

test('an error of Millrace before the request was sent takes nothing of a rate', async () => {
  assert.equal(await askedOfTwo('internal error'), 1);
});

test("a request that was not sent takes nothing of its replay's rate", async () => {
  let isDown = false;
  await using rig = await startRig({
    handler: () => (isDown ? { error: { kind: 'connect', message: 'refused' } } : { status: 200 }),
  });
  const settings = { retry: { scheduleMs: [0, 3_600_000], jitter: 0 } };
  await wire(rig, { connection: { settings } });
  await rig.send(...Array.from({ length: 4 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(1_000);
  const before = rig.egress.requests.length;
  assert.equal(before, 4);
  isDown = true;
  const input = replayInput.parse({ of: 'deliveries', filter: {}, only: 'all', ratePerSecond: 1 });
  const by = { principal: 'ops', principalId: null, address: null, requestId: null } as const;
  const entry = { ...by, createdAt: '', act: 'create', kind: 'replay', id: null, name: null, result: 'done' } as const;
  const id = 'rpl_00000000000000000000000001';
  await rig.pipeline.replays.run(input, { id, startedBy: 'ops' }, { ...entry, code: null, changes: [] });
  await rig.clock.advance(500);
  assert.equal(rig.egress.requests.length, before + 4);
});

test('a pause or a quota of the peer ends when the connection has another origin, and with no other change', async () => {
  const refusals: FakeAnswer[] = [
    { status: 429, headers: [['retry-after', '3600']] },
    { status: 503, headers: [['retry-after', '3600']] },
    { status: 200, headers: [['ratelimit', 'limit=100, remaining=0, reset=3600']] },
  ];
  for (const refusal of refusals) {
    await using rig = await startRig({ handler: ({ url }) => (url.includes('new.') ? { status: 200 } : refusal) });
    const { connectionId } = await wire(rig, { connection: { baseUrl: 'https://old.example/v1' } });
    const sentAfter = async (event: string, baseUrl: string) => {
      await rig.put('connection', { name: 'CRM', baseUrl }, connectionId);
      const before = rig.egress.requests.length;
      await rig.send({ data: { event } });
      await rig.clock.advance(1_000);
      return rig.egress.requests.slice(before).map(({ url }) => url);
    };
    assert.equal((await sentAfter('first', 'https://old.example/v1')).length, 1);
    assert.deepEqual(await sentAfter('same origin', 'https://old.example/v2'), []);
    const sent = await sentAfter('other origin', 'https://new.example/v2');
    assert.deepEqual(new Set(sent), new Set(['https://new.example/v2/orders']));
  }
});
