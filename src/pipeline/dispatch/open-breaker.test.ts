import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';

const data = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ({ data: { n: String(from + n) } }));
const refused = { error: { kind: 'connect', message: 'refused' } } as const;

/** Adds an enabled destination with an action for every event. */
async function addDestination(rig: Rig, connectionId: string, name: string): Promise<string> {
  const path = `/${name.toLowerCase()}`;
  const id = await rig.put('destination', { connectionId, name, path, status: 'enabled' });
  await rig.put('action', { name, description: name, status: 'enabled', destinations: [{ destinationId: id }] });
  return id;
}

test('a failing endpoint holds only its own deliveries: its neighbour gets each event at once', async () => {
  await using rig = await startRig({ handler: ({ url }) => ({ status: url.includes('orders') ? 503 : 200 }) });
  const { connectionId, destinationId } = await wire(rig);
  const neighbour = await addDestination(rig, connectionId, 'Well');
  for (let n = 0; n < 60; n++) {
    await rig.send(...data(1, n));
    await rig.clock.advance(1_000);
    const well = rig.egress.requests.filter(({ url }) => url.includes('well'));
    assert.equal(well.length, n + 1, `event ${n} waits`);
  }
  assert.equal(rig.pipeline.queueStatus.holds().get(destinationId)?.reason, 'breaker_open');
  assert.equal(rig.pipeline.queueStatus.holds().get(neighbour), undefined);
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
});

for (const outageMs of [6_000, 60_000, 3_600_000])
  test(`after an outage of ${outageMs / 1_000} s, waiting deliveries arrive within a second and a quarter of it`, async () => {
    let isWell = false;
    const arrivedAt: number[] = [];
    await using rig = await startRig({
      handler: () => {
        if (!isWell) return { status: 503 };
        arrivedAt.push(rig.clock.now());
        return { status: 200 };
      },
    });
    await wire(rig);
    await rig.send(...data(200));
    await rig.clock.advance(outageMs);
    isWell = true;
    const wellAt = rig.clock.now();
    await rig.clock.advance(1_000 + outageMs / 4);
    assert.equal(arrivedAt.length, 200);
    assert.ok((arrivedAt[0] ?? 0) - wellAt <= Math.min(30_000, 1_000 + outageMs / 4));
  });

test('a single delivery that waits is the probe until its system is back', async () => {
  let isWell = false;
  await using rig = await startRig({ handler: () => ({ status: isWell ? 200 : 503 }) });
  const breaker = { failureRatio: 0.5, minimum: 1, windowMs: 60_000, openMs: 30_000 };
  await wire(rig, { connection: { settings: { breaker } } });
  await rig.send(...data(1));
  await rig.clock.advance(20 * 60_000);
  const [waiting] = await rig.deliveries();
  assert.deepEqual([waiting?.status, waiting?.reason], ['held', 'breaker_open']);
  assert.equal(waiting?.attempts, 1, 'a probe uses up no step of the schedule');
  isWell = true;
  await rig.clock.advance(30_000);
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('a restart of the receiver with requests in flight does not open its breaker', async () => {
  const resets: ((answer: { error: { kind: 'reset'; message: string } }) => void)[] = [];
  let isUp = false;
  await using rig = await startRig({
    handler: () =>
      isUp
        ? { status: 200 }
        : new Promise<{ error: { kind: 'reset'; message: string } }>((reset) => resets.push(reset)),
  });
  const { connectionId } = await wire(rig);
  await rig.send(...data(8));
  await settled();
  assert.equal(resets.length, 8);
  isUp = true;
  for (const reset of resets) reset({ error: { kind: 'reset', message: 'The peer closed the connection.' } });
  await settled();
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  await rig.clock.advance(6_000);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('a system without connections holds the whole connection, and probes go to its destinations in turn', async () => {
  let isDown = true;
  await using rig = await startRig({
    handler: ({ url }) => (isDown ? refused : { status: url.includes('orders') ? 503 : 200 }),
  });
  const { connectionId, destinationId } = await wire(rig);
  const others = [await addDestination(rig, connectionId, 'Second'), await addDestination(rig, connectionId, 'Third')];
  await rig.send(...data(20));
  await rig.clock.advance(10);
  const closed = rig.pipeline.queueStatus.holds();
  for (const id of [destinationId, ...others]) assert.equal(closed.get(id)?.reason, 'breaker_open');
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'tripped');
  const before = rig.egress.requests.length;
  await rig.clock.advance(4_000);
  const probed = rig.egress.requests.slice(before).map(({ url }) => new URL(url).pathname.split('/').at(-1));
  assert.equal(probed.length, 4);
  assert.equal(new Set(probed.slice(0, 3)).size, 3, `probes: ${probed}`);
  isDown = false;
  await rig.clock.advance(10_000);
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  assert.equal(rig.pipeline.queueStatus.holds().get(destinationId)?.reason, 'breaker_open', 'it answers 503');
  for (const id of others) assert.equal(rig.pipeline.queueStatus.holds().has(id), false);
});
