import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { countReadings, type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { byItself } from '../../contract/by-itself.ts';

const data = (count: number) => Array.from({ length: count }, (_, n) => ({ data: { n: String(n) } }));
const breaker = { failureRatio: 0.5, minimum: 2, windowMs: 60_000, openMs: 30_000 };
const hourMs = 3_600_000;

/** One destination whose breaker is open, with deliveries that wait. `answer`: what its system responds from then on. */
async function startOpen(answer: () => { status: number } | Promise<{ status: number }> = () => ({ status: 503 })) {
  let isOpen = false;
  const rig = await startRig({ handler: () => (isOpen ? answer() : { status: 503 }) });
  const ids = await wire(rig, { connection: { settings: { breaker } } });
  await rig.send(...data(20));
  await settled();
  assert.equal(holdOf(rig, ids.destinationId)?.reason, 'breaker_open');
  isOpen = true;
  return { rig, ...ids, openedAt: rig.clock.now() };
}

const holdOf = (rig: Rig, destinationId: string) => rig.pipeline.queueStatus.holdAt(destinationId);

/** Probes within `ms`. */
const probesWithin = (rig: Rig, ms: number) => probesAfter(rig, () => rig.clock.advance(ms));

/** Probes that follow at once, of which some may be sent before the change has returned. */
async function probesAfter(rig: Rig, change: () => Promise<unknown>): Promise<number> {
  const before = rig.egress.requests.length;
  await change();
  await settled();
  return rig.egress.requests.length - before;
}

test('kill -9 during a probe: the next start keeps the time at which the breaker opened, and probes at once', async () => {
  let isHanging = true;
  const { rig, destinationId, openedAt } = await startOpen(() => (isHanging ? new Promise(() => {}) : { status: 503 }));
  await using _ = rig;
  assert.equal(await probesWithin(rig, 5_000), 1, 'one probe at a time');
  isHanging = false;
  const before = rig.egress.requests.length;
  await rig.restart();
  await rig.clock.advance(10);
  assert.equal(rig.egress.requests.length, before + 1);
  const hold = holdOf(rig, destinationId);
  assert.deepEqual([hold?.since, hold?.probeAt], [openedAt, openedAt + 5_000 + 1_250]);
});

test('a stop waits for a probe, and its outcome is stored: a success has ended the hold, a failure postponed it', async () => {
  for (const status of [200, 503]) {
    const probe = Promise.withResolvers<{ status: number }>();
    const { rig, destinationId, openedAt } = await startOpen(() => probe.promise);
    await using _ = rig;
    await rig.clock.advance(1_000);
    const stopped = rig.pipeline[Symbol.asyncDispose]();
    await settled();
    probe.resolve({ status });
    await stopped;
    const [stored] = await rig.journal.hot.holds();
    if (status === 200) assert.equal(stored, undefined);
    else
      assert.deepEqual([stored?.scopeId, stored?.since, stored?.probeAt], [destinationId, openedAt, openedAt + 2_000]);
    await rig.restart();
  }
});

for (const [what, isStopped] of [
  ['is running', false],
  ['is stopped', true],
] as const)
  for (const byMs of [-hourMs, -20_000, hourMs])
    test(`a clock that moves by ${byMs / 1_000} s while the server ${what}: an open breaker is probed soon, not without a wait`, async () => {
      const { rig, destinationId } = await startOpen();
      await using _ = rig;
      await rig.clock.advance(10_000);
      await rig.clock.advance(byMs);
      if (isStopped) await rig.restart();
      await rig.send(...data(1));
      const probes = await probesWithin(rig, 2 * breaker.openMs);
      assert.ok(probes >= 1 && probes <= 20, `${probes} probes`);
      const hold = holdOf(rig, destinationId);
      assert.ok(hold !== null && hold.since <= rig.clock.now() && hold.probeAt - rig.clock.now() <= breaker.openMs);
    });

test('a deleted destination leaves no hold', async () => {
  const { rig, destinationId } = await startOpen();
  await using _ = rig;
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values(), ...documents.destination.values()].map((document) => ({ op: 'delete', document })),
  );
  await settled();
  assert.deepEqual([holdOf(rig, destinationId), await rig.journal.hot.holds()], [null, []]);
});

test('while its destination is disabled an open breaker sends no probe; enabling it sends one at once', async () => {
  const { rig, destinationId, connectionId } = await startOpen();
  await using _ = rig;
  const write = (status: string, name = 'Orders') =>
    rig.put('destination', { connectionId, name, path: '/orders', status }, destinationId);
  await write('disabled');
  assert.equal(await probesWithin(rig, 60_000), 0);
  assert.equal(await probesAfter(rig, () => write('enabled')), 1);
  await rig.clock.advance(60_000);
  assert.equal(
    await probesAfter(rig, () => write('enabled', 'Another name')),
    0,
    'a new name changes nothing for its system',
  );
});

test('a saved change of the credentials or the address sends a probe at once', async () => {
  const { rig, connectionId } = await startOpen();
  await using _ = rig;
  await rig.clock.advance(60_000);
  const changes = [{ auth: { type: 'bearer', token: 'new' } }, { baseUrl: 'https://other.example' }];
  for (const change of changes) {
    const body = { name: 'CRM', baseUrl: 'https://crm.example/v2', settings: { breaker }, ...change };
    assert.equal(await probesAfter(rig, () => rig.put('connection', body, connectionId)), 1, JSON.stringify(change));
  }
});

test('a person checks now or sends now: both work on holds of destinations, too', async () => {
  const { rig, connectionId, destinationId } = await startOpen();
  await using _ = rig;
  await rig.clock.advance(60_000);
  assert.equal(await probesAfter(rig, () => rig.pipeline.queueStatus.probe(connectionId)), 1);
  assert.notEqual(holdOf(rig, destinationId), null);
  const sent = await probesAfter(rig, () => rig.pipeline.queueStatus.reopen(connectionId));
  assert.ok(sent >= 2, 'deliveries are sent, until it opens again');
});

test('2,000 destinations of a dead system: one probe at a time, in turn, with few readings of the journal', async () => {
  let isDown = true;
  await using rig = await startRig({
    handler: () => (isDown ? { error: { kind: 'connect', message: 'refused' } } : { status: 200 }),
    // Requests that are lost together count once.
    requestsMax: 100,
  });
  const connectionId = await rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example' });
  const count = 2_000;
  const documents = Array.from({ length: count }, (_, n) => ({ name: `D${n}`, path: `/${n}`, status: 'enabled' }));
  const ids: string[] = [];
  for (const one of documents) ids.push(await rig.put('destination', { connectionId, ...one }));
  for (let n = 0; n < count; n += 100)
    await rig.put('action', {
      name: `A${n}`,
      description: 'a part of them',
      status: 'enabled',
      destinations: ids.slice(n, n + 100).map((destinationId) => ({ destinationId })),
    });
  await rig.send(...data(1));
  for (let n = 0; n < 50 && rig.pipeline.queueStatus.holds().size < count; n++) await settled();
  const tried = rig.egress.requests.length;
  assert.equal(rig.pipeline.queueStatus.holds().size, count);
  assert.ok(tried < count, `${tried} requests until the connection was held`);
  assert.equal((await rig.journal.hot.holds()).length, 1);
  const readings = countReadings(rig);
  await rig.clock.advance(120_000);
  const probed = rig.egress.requests.slice(tried).map(({ url }) => url);
  assert.ok(probed.length >= 15 && probed.length <= 25, `${probed.length} probes`);
  assert.equal(new Set(probed).size, probed.length, 'each to another destination');
  assert.ok(readings() <= 3 * count, `${readings()} readings`);
  isDown = false;
  await rig.clock.advance(60_000);
  assert.equal(new Set(rig.egress.requests.map(({ url }) => url)).size, count);
  assert.equal(rig.pipeline.queueStatus.holds().size, 0);
});
