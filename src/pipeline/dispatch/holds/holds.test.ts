import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../../test/support/rig.ts';
import type { Hold } from '../../../journal/journal.ts';
import { silentTelemetry } from '../../../telemetry/silent-telemetry.testing.ts';
import { createHolds } from './holds.ts';

const many = 3_000;
const visitors = 60;

test('a destination that is down with thousands held: few probes, one row each way, then all are sent at once, in order, within the rate', async () => {
  let isDead = true;
  const writes: string[] = [];
  const arrivals: { at: number; n: number }[] = [];
  await using rig = await startRig({
    handler: async ({ body }) => {
      arrivals.push({ at: rig.clock.now(), n: Number(JSON.parse(String(body)).n) });
      return isDead ? { error: { kind: 'connect', message: 'refused' } } : { status: 200 };
    },
  });
  const rate = { limit: 100, perMs: 1_000 };
  const { connectionId } = await wire(rig, {
    connection: { settings: { rate } },
    destination: { settings: { order: { key: 'visitorId', releaseAfter: null } } },
  });
  const { hot, log } = rig.journal;
  for (const [name, port] of Object.entries({ hot, log }))
    for (const call of ['saveHold', 'removeHold', 'settle', 'plan', 'release', 'expire', 'retry', 'cancel'])
      if (call in port) {
        const write: (...given: unknown[]) => unknown = Reflect.get(port, call);
        Reflect.set(port, call, (...given: unknown[]) => {
          writes.push(`${name}.${call}`);
          return write(...given);
        });
      }

  const said = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      visitorId: `v${(from + n) % visitors}`,
      data: { n: String(from + n) },
    }));
  await rig.send(...said(0, 100));
  await rig.clock.advance(1);
  const health = () => rig.pipeline.queueStatus.health(connectionId);
  assert.equal((await health()).state, 'tripped');
  for (let n = 100; n < many; n += 500) await rig.send(...said(n, Math.min(500, many - n)));
  await settled();
  assert.ok((await health()).held > many - 100);

  writes.length = 0;
  arrivals.length = 0;
  for (let minute = 0; minute < 10; minute++) await rig.clock.advance(60_000);
  const gaps = arrivals.slice(1).map(({ at }, index) => at - (arrivals[index]?.at ?? 0));
  assert.ok(arrivals.length >= 20 && arrivals.length <= 40, `${arrivals.length} probes`);
  assert.ok(Math.min(...gaps) >= 1_000);
  assert.deepEqual(new Set(gaps.slice(-10)), new Set([30_000]));
  assert.deepEqual(new Set(writes), new Set(['hot.settle', 'hot.saveHold']), 'only the probes');
  assert.ok(writes.length <= 2 * arrivals.length);

  isDead = false;
  writes.length = 0;
  arrivals.length = 0;
  while (arrivals.length === 0) await rig.clock.advance(1_000);
  assert.equal(writes.filter((one) => one === 'hot.removeHold').length, 1);
  assert.deepEqual(new Set(writes), new Set(['hot.settle', 'hot.removeHold']));
  const openedAt = arrivals[0]?.at ?? 0;
  while (arrivals.length < many && rig.clock.now() < openedAt + 60_000) await rig.clock.advance(100);
  assert.equal(new Set(arrivals.map(({ n }) => n)).size, many);
  assert.ok((arrivals[1]?.at ?? 0) - openedAt <= 1_000, 'the next one is sent at once');

  const seconds = ((arrivals.at(-1)?.at ?? 0) - openedAt) / 1_000;
  assert.ok(many / seconds >= 0.95 * rate.limit, `${many} in ${seconds} s`);
  for (const [index, { at }] of arrivals.entries()) {
    const before = arrivals[index - rate.limit];
    assert.ok(before === undefined || at - before.at >= rate.perMs, `more than ${rate.limit} in a second`);
  }
  const newest = new Map<number, number>();
  for (const { n } of arrivals) {
    assert.ok(n > (newest.get(n % visitors) ?? -1), `${n} was sent after a newer one of its visitor`);
    newest.set(n % visitors, n);
  }
});

test('a hold that a person sets and removes writes no delivery', async () => {
  await using rig = await startRig();
  const { destinationId, connectionId } = await wire(rig, { destination: { status: 'paused' } });
  for (let n = 0; n < 2; n++) await rig.send(...Array.from({ length: 500 }, (_, i) => ({ data: { n: `${n} ${i}` } })));
  await settled();
  let settles = 0;
  const { settle } = rig.journal.hot;
  rig.journal.hot.settle = (lease, steps, now) => {
    settles += steps.length;
    return settle(lease, steps, now);
  };
  const write = (status: string) =>
    rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status }, destinationId);
  await write('disabled');
  await rig.clock.advance(1_000);
  assert.deepEqual([settles, rig.egress.requests.length], [0, 0]);
  await write('enabled');
  for (let round = 0; round < 40; round++) await rig.clock.advance(100);
  assert.deepEqual([settles, rig.egress.requests.length], [1_000, 1_000], 'each was settled by its own response');
});

for (const [reason, bad] of [
  ['auth_rejected', { status: 401 }],
  ['breaker_open', { status: 500 }],
] as const)
  test(`a success of a request from before a hold (${reason}) does not end it, a probe does`, async () => {
    const slow = Promise.withResolvers<{ status: number }>();
    let isGood = false;
    await using rig = await startRig({
      handler: (_, index) => (index === 0 ? slow.promise : isGood ? { status: 200 } : bad),
    });
    const breaker = { failureRatio: 0.5, minimum: 2, windowMs: 60_000, openMs: 30_000 };
    const { connectionId } = await wire(rig, {
      connection: { auth: { type: 'bearer', token: 'a-token-of-this-test' }, settings: { breaker } },
    });
    const health = async () => (await rig.pipeline.queueStatus.health(connectionId)).state;
    await rig.send({ data: { n: 'slow' } });
    await rig.clock.advance(1_000);
    for (let n = 0; n < 10; n++) {
      await rig.send({ data: { n: String(n) } });
      await settled();
    }
    const before = rig.egress.requests.length;
    assert.ok(before < 5, `${before} requests`);
    const held = await health();
    assert.notEqual(held, 'ok');
    await rig.clock.advance(400);
    slow.resolve({ status: 200 });
    await rig.clock.advance(400);
    assert.deepEqual([rig.egress.requests.length, await health()], [before, held]);
    isGood = true;
    await rig.clock.advance(30_000);
    assert.equal(await health(), 'ok');
    await rig.clock.advance(10_000);
    assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  });

test('a held connection is probed and released when the clock is set back, and not probed without a wait', async () => {
  let isGood = false;
  await using rig = await startRig({ handler: () => (isGood ? { status: 200 } : { status: 500 }) });
  const breaker = { failureRatio: 0.5, minimum: 2, windowMs: 60_000, openMs: 30_000 };
  const { connectionId } = await wire(rig, { connection: { settings: { breaker } } });
  const health = async () => (await rig.pipeline.queueStatus.health(connectionId)).state;
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  await settled();
  assert.equal(await health(), 'tripped');
  await rig.clock.advance(-86_400_000);
  const before = rig.egress.requests.length;
  await rig.send({ data: { n: '3' } });
  await rig.send({ data: { n: '4' } });
  await settled();
  assert.deepEqual([rig.egress.requests.length, await health()], [before + 1, 'tripped']);
  isGood = true;
  await rig.clock.advance(60_000);
  assert.equal(await health(), 'ok');
});

test('an error of one listener to holds keeps no change from the others', async () => {
  await using rig = await startRig({ handler: async () => ({ status: 401 }) });
  const { connectionId, destinationId } = await wire(rig);
  const heard: string[] = [];
  using holds = await createHolds({
    configuration: rig.pipeline.configuration,
    queue: rig.journal.hot,
    notes: { list: async () => [], save: async () => {} },
    clock: rig.clock,
    ownConnections: { leaseOf: () => null, leases: () => [] },
    telemetry: { ...silentTelemetry(), failed: (error) => heard.push(String(error)) },
  });
  holds.watch(() => {
    throw new Error('a bug');
  });
  holds.watch((ids) => heard.push(...ids));
  const now = rig.clock.now();
  await holds.refuse(connectionId, 'HTTP status 401.', { startedAt: now, now }, 30_000);
  assert.deepEqual(heard, ['Error: a bug', destinationId]);
});

test('of two readings of what other nodes hold, the newer one counts, whichever answer comes first', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  let stored: Hold[] = [];
  const answers: (() => void)[] = [];
  const creating = createHolds({
    configuration: rig.pipeline.configuration,
    queue: {
      ...rig.journal.hot,
      async holds() {
        const found = stored;
        await new Promise<void>((resolve) => answers.push(resolve));
        return found;
      },
    },
    notes: rig.notes,
    clock: rig.clock,
    ownConnections: { leaseOf: () => null, leases: () => [] },
    telemetry: silentTelemetry(),
  });
  answers.shift()?.();
  using holds = await creating;
  stored = [{ scopeId: connectionId, reason: 'breaker_open', detail: 'all fail', since: 0, probeAt: 1_000, probes: 0 }];
  const older = holds.follow();
  await settled();
  stored = [];
  const both = [older, holds.follow()];
  for (let count = 0; count < both.length; count++) {
    await settled();
    answers.pop()?.();
  }
  await Promise.all(both);
  assert.equal(holds.byDestination.size, 0);
});

test('an erasure removes its text from the reason of a hold in memory, so that the next probe does not store it again', async () => {
  await using rig = await startRig({ handler: async () => ({ status: 200 }) });
  const { connectionId } = await wire(rig);
  const lease = { partition: 0, owner: 'a', epoch: 1 };
  const stored: string[] = [];
  const saveHold = async (_: unknown, { detail }: { detail: string }) => stored.push(detail) > 0;
  using holds = await createHolds({
    configuration: rig.pipeline.configuration,
    queue: { holds: async () => [], saveHold, removeHold: async () => true },
    notes: { list: async () => [], save: async () => {} },
    clock: rig.clock,
    ownConnections: { leaseOf: () => lease, leases: () => [lease] },
    telemetry: silentTelemetry(),
  });
  const now = rig.clock.now();
  await holds.refuse(connectionId, 'No account for ann-0815.', { startedAt: now, now }, 30_000);
  await holds.erase('someone else');
  await holds.erase('ann-0815');
  assert.deepEqual(stored, ['No account for ann-0815.', 'No account for [erased].']);
  const shown = [...holds.byTraffic.values(), ...holds.byDestination.values()].map(({ detail }) => detail);
  assert.deepEqual(new Set(shown), new Set(['No account for [erased].']));
});
