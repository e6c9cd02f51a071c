import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../test/support/fake-clock.ts';
import { startRig, wire } from '../../test/support/rig.ts';
import { openStorage } from '../../test/support/storage.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { Matcher } from './matcher.ts';

test('one transaction plans a bounded number of deliveries, however many actions an event fires', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 100; n++)
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, path: `/${n}`, status: 'paused' }));
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await rig.put('action', { name: 'Many', description: 'all', status: 'enabled', destinations });
  const { matching } = rig.journal;
  const plan = matching.plan;
  const sizes: number[] = [];
  matching.plan = (lease, planned) => {
    sizes.push(planned.deliveries.length);
    return plan(lease, planned);
  };
  await rig.send(...Array.from({ length: 200 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(1);
  assert.equal(
    sizes.reduce((sum, one) => sum + one, 0),
    200 * 101,
  );
  assert.ok(Math.max(...sizes) <= 5_100, `plans of ${sizes}`);
});

test('large events that do not fit in memory are read back from the log and all delivered', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { matching, intake } = rig.journal;
  const { plan } = matching;
  matching.plan = () => Promise.reject(new Error('not now'));
  const { accept } = intake;
  intake.accept = ({ plan: _, ...request }) => accept(request);
  const text = 'x'.repeat(1_000_000);
  for (let n = 0; n < 100; n++) await rig.send({ data: { n: String(n), text } });
  assert.ok(rig.pipeline.depth().unmatched < 40);
  matching.plan = plan;
  await rig.clock.advance(10_000);
  assert.equal(rig.egress.requests.length, 100);
});

test('planning that fails is repeated after 1 s, doubling to 30 s', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { matching, intake } = rig.journal;
  const { plan } = matching;
  let plans = 0;
  matching.plan = () => {
    plans += 1;
    return Promise.reject(new Error('not now'));
  };
  const { accept } = intake;
  intake.accept = ({ plan: _, ...request }) => accept(request);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(120_000);
  // After 0, 1, 3, 7, 15, 31, 61, 91 and 121 s.
  assert.equal(plans, 8);
  matching.plan = plan;
  await rig.clock.advance(30_000);
  assert.equal(rig.egress.requests.length, 1);
});

test('without earlier unmatched events, events are planned in the step that stores them, and a duplicate fires nothing', async () => {
  await using rig = await startRig();
  await wire(rig);
  await settled();
  const { matching } = rig.journal;
  const { plan } = matching;
  let plans = 0;
  matching.plan = (...given) => {
    plans += 1;
    return plan(...given);
  };
  const twice = { data: { n: '1' }, identity: 'one' };
  const ids = await rig.send(twice, { data: { n: '2' } }, twice);
  await rig.clock.advance(1);
  assert.deepEqual([plans, ids[0], new Set(ids).size], [0, ids[2], 2]);
  const deliveries = await rig.deliveries();
  assert.deepEqual(new Set(deliveries.map(({ eventId }) => eventId)), new Set(ids));
  assert.deepEqual([deliveries.length, rig.egress.requests.length], [2, 2]);
});

test('slow conditions run for a short time at once, so that other work gets its turn', async () => {
  const { journal } = await openStorage();
  const lease = await journal.leases.acquire({ scope: 'events/0', owner: 'me', ttlMs: 60_000, now: 0 });
  assert.ok(lease);
  let now = 0;
  const { plan } = journal.matching;
  const steps: number[] = [];
  journal.matching.plan = (mine, planned) => {
    steps.push((planned.advance?.to ?? 0) - (planned.advance?.from ?? 0));
    return plan(mine, planned);
  };
  const slow = () => {
    now += 8;
    return [];
  };
  await using matcher = new Matcher({
    journal,
    lease,
    partition: 0,
    clock: { ...fakeClock(), now: () => now },
    configuration: { snapshot: { rules: { match: slow }, planOf: () => null } },
    planned: () => {},
    accepted: () => {},
    lost: () => {},
    matched: () => {},
    telemetry: silentTelemetry(),
    random: () => 0,
    failed: assert.ifError,
  });
  await matcher.start();
  const event = {
    name: null,
    visitorId: null,
    sessionId: null,
    occurredAt: new Date(0).toISOString(),
    data: {},
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    identity: null,
  };
  await matcher.accept({ collectorId: 'col_1', receivedAt: 0, events: Array.from({ length: 8 }, () => event) });
  await settled();
  assert.deepEqual(steps, [3, 3, 2]);
});
