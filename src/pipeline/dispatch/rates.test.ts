import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig } from '../../../test/support/rig.ts';
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
