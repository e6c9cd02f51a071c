import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../test/support/engine.ts';
import { fakeClock, settled } from '../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../test/support/rig.ts';
import { claim } from '../journal/conformance/journal-samples.testing.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { createFire } from './firing.ts';
import { Matcher } from './matcher.ts';

const event = {
  name: null,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: new Date(0).toISOString(),
  data: {},
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
  identity: null,
};

test('one transaction plans a bounded number of deliveries, however many actions an event fires', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 100; n++)
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, path: `/${n}`, status: 'paused' }));
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await rig.put('action', { name: 'Many', description: 'all', status: 'enabled', destinations });
  const { hot } = rig.journal;
  const plan = hot.plan;
  const sizes: number[] = [];
  hot.plan = (lease, planned) => {
    sizes.push(planned.deliveries.length + (planned.passed?.length ?? 0));
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
  const { hot } = rig.journal;
  const { plan } = hot;
  hot.plan = () => Promise.reject(new Error('not now'));
  const { accept } = hot;
  hot.accept = ({ plan: _, ...request }) => accept(request);
  const text = 'x'.repeat(1_000_000);
  // A node acknowledges events when they have their plan.
  const sent: Promise<unknown>[] = [];
  for (let n = 0; n < 100; n++) {
    sent.push(rig.send({ data: { n: String(n), text } }));
    await settled();
  }
  assert.ok(rig.pipeline.depth().unmatched < 40);
  hot.plan = plan;
  await rig.clock.advance(10_000);
  await Promise.all(sent);
  assert.equal(rig.egress.requests.length, 100);
});

test('planning that fails is repeated after 1 s, doubling to 30 s', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { hot } = rig.journal;
  const { plan } = hot;
  let plans = 0;
  hot.plan = () => {
    plans += 1;
    return Promise.reject(new Error('not now'));
  };
  const { accept } = hot;
  hot.accept = ({ plan: _, ...request }) => accept(request);
  // A node tells the sender after 5 s to send it again; it is stored.
  const sent = rig.send({ data: { n: '1' } }).then(
    () => 'planned later',
    ({ code }: { code: string }) => code,
  );
  await settled();
  await rig.clock.advance(120_000);
  // After 0, 1, 3, 7, 15, 31, 61, 91 and 121 s.
  assert.equal(plans, 8);
  hot.plan = plan;
  await rig.clock.advance(30_000);
  assert.ok(['planned later', 'storage_busy'].includes(await sent));
  assert.equal(rig.egress.requests.length, 1);
});

test('without earlier unmatched events, events are planned in the step that stores them, and a duplicate fires nothing', async () => {
  await using rig = await startRig();
  await wire(rig);
  await settled();
  const { hot } = rig.journal;
  const { plan } = hot;
  let plans = 0;
  hot.plan = (...given) => {
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
  await using storage = await openEngine();
  const { journal } = storage;
  const lease = await claim(journal, 0);
  let now = 0;
  const clock = { ...fakeClock(), now: () => now };
  const { plan } = journal.hot;
  const steps: number[] = [];
  journal.hot.plan = (mine, planned) => {
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
    clock,
    fire: createFire({
      configuration: { snapshot: { rules: { match: slow }, planOf: () => null } },
      clock,
      random: () => 0,
    }),
    dispatcher: { enqueue() {} },
    events: { emit() {} },
    acknowledged: 'stored',
    telemetry: { ...silentTelemetry(), failedOften: assert.ifError },
  });
  await matcher.start();
  await matcher.accept({ collectorId: 'col_1', receivedAt: 0, events: Array.from({ length: 8 }, () => event) });
  await settled();
  assert.deepEqual(steps, [3, 3, 2]);
});

/** From now on, the rules throw for events with `data.bad`; those of all actions, or those of one. */
function breakRules(rig: Rig, actionId: string | null) {
  const { rules } = rig.pipeline.configuration.snapshot;
  const { match } = rules;
  rules.match = (event, threw) => {
    if (event.data['bad'] === undefined) return match(event);
    const error = new RangeError(`quotes ${event.data['bad']}`);
    if (actionId === null || threw === undefined) throw error;
    const matched = match(event);
    for (const rule of matched) if (rule.id === actionId) threw(rule, error);
    return matched.filter(({ id }) => id !== actionId);
  };
  const faults: string[] = [];
  rig.pipeline.events.on('ruleThrew', (found) =>
    faults.push(`${found.actionId} ${found.destinationId} ${found.error.message} ${found.events}`),
  );
  return faults;
}

test('an event whose rules throw is stored without their deliveries, and those behind it are matched, at intake and later', async () => {
  for (const isBehind of [false, true])
    for (const isOne of [false, true]) {
      await using rig = await startRig();
      const { actionId, destinationId } = await wire(rig);
      const other = { name: 'Other', description: 'all', status: 'enabled', destinations: [{ destinationId }] };
      const otherId = await rig.put('action', other);
      await settled();
      const faults = breakRules(rig, isOne ? actionId : null);
      const { hot } = rig.journal;
      const { accept } = hot;
      if (isBehind) hot.accept = ({ plan: _, ...request }) => accept(request);
      const twice = { data: { n: '1' }, identity: 'one' };
      const ids = await rig.send(twice, twice, { data: { bad: 'secret' } }, { data: { bad: 'secret' } });
      ids.push(...(await rig.send({ data: { n: '2' } })));
      await rig.clock.advance(1);
      const fired = (await rig.deliveries()).map((one) => `${one.eventId} ${one.actionId}`).sort();
      const [first, , bad, worse, last] = ids;
      const expected = [first, last].flatMap((id) => [`${id} ${actionId}`, `${id} ${otherId}`]);
      if (isOne) expected.push(`${bad} ${otherId}`, `${worse} ${otherId}`);
      assert.deepEqual(fired, expected.sort());
      assert.equal(rig.egress.requests.length, expected.length);
      assert.deepEqual(faults, [`${isOne ? actionId : null} null RangeError 2`]);
      assert.equal(rig.failures.length, 1);
      assert.doesNotMatch(String((rig.failures[0] as Error).stack), /secret/); // an Error, as the message above shows
    }
});

test('a destination that has no plan or ordering key for an event loses that delivery alone, and the fault names it', async () => {
  await using rig = await startRig();
  const { actionId, connectionId, destinationId } = await wire(rig);
  const otherId = await rig.put('destination', { connectionId, name: 'Other', path: '/other', status: 'enabled' });
  const destinations = [{ destinationId }, { destinationId: otherId }];
  await rig.put('action', { name: 'All', description: 'all', status: 'enabled', destinations }, actionId);
  await settled();
  const faults = breakRules(rig, null);
  const { snapshot } = rig.pipeline.configuration;
  const { planOf } = snapshot;
  Object.assign(snapshot, {
    planOf(id: string) {
      const plan = planOf(id);
      const orderKeyOf = () => assert.fail('no key');
      return id === otherId && plan !== null ? { ...plan, orderKeyOf } : plan;
    },
  });
  assert.equal((await rig.send({ data: { n: '1' } })).length, 1);
  await rig.clock.advance(1);
  assert.deepEqual(
    [faults, rig.egress.requests.map(({ url }) => url)],
    [[`${actionId} ${otherId} AssertionError 1`], ['https://crm.example/v2/orders']],
  );
});

test('an error after events are stored does not fail their request, and their deliveries are sent', async () => {
  await using rig = await startRig();
  await wire(rig);
  // No queue is open after it.
  await rig.restart();
  await settled();
  const { snapshot } = rig.pipeline.configuration;
  const { planOf } = snapshot;
  let calls = 0;
  Object.assign(snapshot, {
    planOf(id: string) {
      calls += 1;
      // The first call plans the delivery; those that open its queue fail once.
      if (calls > 1 && rig.failures.length === 0) throw new RangeError('no queue');
      return planOf(id);
    },
  });
  assert.equal((await rig.send({ data: { n: '1' } })).length, 1);
  await settled();
  assert.deepEqual([rig.egress.requests.length, rig.failures.map(String)], [0, ['RangeError: no queue']]);
  await rig.clock.advance(1_100);
  assert.deepEqual([rig.egress.requests.length, await rig.statuses()], [1, ['delivered']]);
});

test('whatever fails after the events of a request are stored, the request succeeds', async () => {
  const fails = () => assert.fail('a bug');
  for (const broken of [
    { dispatcher: { enqueue: fails } },
    { events: { emit: fails } },
    { telemetry: { ...silentTelemetry(), eventsMatched: fails } },
    { telemetry: { ...silentTelemetry(), eventsAccepted: fails } },
  ]) {
    const failures: string[] = [];
    const failedOften = (error: unknown) => failures.push(String(error));
    await using rig = await startRig();
    await wire(rig);
    const { configuration } = rig.pipeline;
    await using storage = await openEngine();
    const { journal } = storage;
    const lease = await claim(journal, 0);
    await using matcher = new Matcher({
      journal,
      lease,
      clock: fakeClock(),
      fire: createFire({ configuration, clock: fakeClock(), random: () => 0 }),
      dispatcher: { enqueue() {} },
      events: { emit() {} },
      acknowledged: 'stored',
      ...broken,
      telemetry: { ...silentTelemetry(), ...broken.telemetry, failedOften },
    });
    await matcher.start();
    await settled();
    for (let n = 0; n < 3; n++)
      assert.equal((await matcher.accept({ collectorId: 'col_1', receivedAt: 0, events: [event] })).length, 1);
    assert.equal(await journal.hot.position(0), 3);
    assert.match(failures.join(), /a bug/);
  }
});

test('a stop does not wait for the time after which planning that failed is repeated', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { hot } = rig.journal;
  const { accept, plan } = hot;
  hot.accept = ({ plan: _, ...request }) => accept(request);
  hot.plan = () => Promise.reject(new Error('not now'));
  const sent = rig.send({ data: { n: '1' } }).catch(() => {});
  await settled();
  let isEnded = false;
  const ended = rig.pipeline[Symbol.asyncDispose]().then(() => (isEnded = true));
  await settled();
  assert.ok(isEnded);
  await Promise.all([sent, ended]);
  Object.assign(hot, { accept, plan });
  await rig.restart();
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['delivered']);
});
