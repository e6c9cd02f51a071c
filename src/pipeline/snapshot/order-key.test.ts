import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { EgressRequest } from '../../egress/egress.ts';
import { orderKeys } from './order-key.ts';

const order = { key: 'visitorId', releaseAfter: null };
const entry = auditSample({ act: 'create', kind: 'replay', id: null, changes: [] });
const retry = { scheduleMs: [0, 5_000, 60_000] };

/** The values of `n` in the requests, as `said` wrote them. */
const arrived = (rig: Rig) => rig.egress.requests.map(({ body }) => String(JSON.parse(String(body)).n));
const numberOf = ({ body }: EgressRequest) => Number(JSON.parse(String(body)).n);

/** Events n, n + 1, … of these visitors in turn; null: without a visitor. */
const said = (visitors: readonly (string | null)[], from = 0) =>
  visitors.map((visitorId, n) => ({ visitorId, data: { n: String(from + n) } }));

async function rest() {
  for (let turn = 0; turn < 30; turn++) await settled();
}

test('deliveries of one visitor are sent one after the other; others, and those without a visitor, are independent', async () => {
  const open: (() => void)[] = [];
  await using rig = await startRig({
    handler: () => new Promise((resolve) => open.push(() => resolve({ status: 200 }))),
  });
  await wire(rig, { destination: { settings: { order } } });
  await rig.send(...said(['a', 'a', 'b', null, 'a', null, 'b']));
  await rest();
  assert.deepEqual(arrived(rig).toSorted(), ['0', '2', '3', '5'], 'one of each visitor');
  for (let n = 0; n < 7; n++) {
    for (const answer of open.splice(0)) answer();
    await rest();
  }
  assert.deepEqual(arrived(rig).slice(0, 6).toSorted(), ['0', '1', '2', '3', '5', '6']);
  assert.equal(arrived(rig).at(-1), '4');
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('a failing delivery keeps the later ones of its visitor, and says so, until it is finished', async () => {
  let isBad = true;
  await using rig = await startRig({
    handler: (request) => ({ status: isBad && numberOf(request) === 0 ? 500 : 200 }),
  });
  const { destinationId } = await wire(rig, { destination: { settings: { order, retry } } });
  await rig.send(...said(['a', 'b', 'a', 'b']));
  await rest();
  assert.deepEqual(arrived(rig).toSorted(), ['0', '1', '3']);
  const [first, , third] = await rig.deliveries();
  assert.deepEqual(
    [third?.status, third?.reason, third?.detail, third?.nextAttemptAt],
    ['pending', 'order', `Waits for ${first?.id}, an earlier delivery with the same visitorId.`, null],
  );
  await rig.clock.advance(65_000);
  await rest();
  assert.deepEqual(
    await rig.statuses(),
    ['held', 'delivered', 'pending', 'delivered'],
    'an exhausted delivery is not finished',
  );
  await rig.send(...said(['a'], 4));
  await rest();
  assert.equal(arrived(rig).length, 5, 'a new delivery waits too');

  isBad = false;
  await rig.retry(first?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await rest();
  assert.deepEqual(arrived(rig).slice(-3), ['0', '2', '4']);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('cancelling a delivery releases the next one of its visitor', async () => {
  await using rig = await startRig({ handler: (request) => ({ status: numberOf(request) === 0 ? 500 : 200 }) });
  const { destinationId } = await wire(rig, { destination: { settings: { order, retry } } });
  await rig.send(...said(['a', 'a']));
  await rest();
  const [first] = await rig.deliveries();
  await rig.cancel(first?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await rest();
  assert.deepEqual(await rig.statuses(), ['cancelled', 'delivered']);
});

test('after `releaseAfter` counted failures the others no longer wait, and the delivery is retried on its own', async () => {
  await using rig = await startRig({ handler: (request) => ({ status: numberOf(request) === 0 ? 500 : 200 }) });
  await wire(rig, { destination: { settings: { order: { key: 'visitorId', releaseAfter: 2 }, retry } } });
  await rig.send(...said(['a', 'a', 'a']));
  await rest();
  assert.deepEqual(arrived(rig), ['0']);
  await rig.clock.advance(5_500);
  await rest();
  assert.deepEqual(arrived(rig), ['0', '0', '1', '2']);
  assert.deepEqual(await rig.statuses(), ['retrying', 'delivered', 'delivered']);
  await rig.clock.advance(66_000);
  await rest();
  assert.deepEqual(arrived(rig), ['0', '0', '1', '2', '0']);
});

test('a smaller `releaseAfter` releases the others when it is saved, not at the next failure', async () => {
  await using rig = await startRig({ handler: (request) => ({ status: numberOf(request) < 2 ? 500 : 200 }) });
  const { destinationId, connectionId } = await wire(rig, { destination: { settings: { order, retry } } });
  await rig.send(...said(['a', 'b', 'a', 'b']));
  await rig.clock.advance(4_000);
  await rig.send(...said(['c', 'c'], 0));
  await rest();
  await rig.clock.advance(2_000);
  assert.deepEqual(arrived(rig), ['0', '1', '0', '0', '1']);
  const settings = { order: { ...order, releaseAfter: 2 }, retry };
  await rig.put('destination', { connectionId, name: 'Orders', status: 'enabled', settings }, destinationId);
  await rest();
  assert.deepEqual(arrived(rig), ['0', '1', '0', '0', '1', '2', '3'], 'those of c have failed once');
});

test('a wait that the peer asked for is not a failure that releases others', async () => {
  let answers = 0;
  await using rig = await startRig({
    handler: () => (++answers <= 3 ? { status: 503, headers: [['retry-after', '10']] } : { status: 200 }),
  });
  await wire(rig, { destination: { settings: { order: { key: 'visitorId', releaseAfter: 1 } } } });
  await rig.send(...said(['a', 'a']));
  await rest();
  for (let round = 0; round < 4; round++) await rig.clock.advance(10_100);
  await rest();
  assert.deepEqual(arrived(rig), ['0', '0', '0', '0', '1']);
});

test('switching order off releases the waiting deliveries, and switching it on applies to new ones', async () => {
  const hung = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({
    handler: (request) => (numberOf(request) % 10 === 0 ? hung.promise : { status: 200 }),
  });
  const { destinationId, connectionId } = await wire(rig, { destination: { settings: { order } } });
  const write = (settings: object) =>
    rig.put('destination', { connectionId, name: 'Orders', status: 'enabled', settings }, destinationId);
  await rig.send(...said(['a', 'a', 'b']));
  await rest();
  assert.deepEqual(arrived(rig).toSorted(), ['0', '2']);
  await write({});
  await rest();
  assert.deepEqual(arrived(rig).toSorted(), ['0', '1', '2']);
  await rig.send(...said(['a'], 20));
  await write({ order: { key: 'name', releaseAfter: null } });
  await rig.send(...said(['a', 'a'], 31).map((event) => ({ ...event, name: 'buy' })));
  await rest();
  const last = arrived(rig).slice(3);
  // The first of these has no order, so that another one can be sent before it.
  assert.deepEqual(last.toSorted(), ['20', '31', '32']);
  assert.ok(last.indexOf('31') < last.indexOf('32'));
});

test('order is kept over a restart, also for deliveries that were planned and never sent', async () => {
  let isDead = true;
  await using rig = await startRig({ handler: () => (isDead ? new Promise(() => {}) : { status: 200 }) });
  await wire(rig, { destination: { settings: { order } } });
  await rig.send(...said(['a', 'a', 'b', 'a']));
  await rest();
  assert.deepEqual(arrived(rig), ['0', '2']);
  isDead = false;
  await rig.restart();
  await rig.clock.advance(10);
  await rest();
  assert.deepEqual(
    arrived(rig)
      .slice(2)
      .filter((n) => n !== '2'),
    ['0', '1', '3'],
  );
});

test('an earlier delivery that a person retries waits for a later one that is in flight', async () => {
  const hung = Promise.withResolvers<{ status: number }>();
  let isNew = true;
  await using rig = await startRig({
    handler: (request) => {
      if (numberOf(request) === 1) return hung.promise;
      const status = isNew ? 400 : 200;
      isNew = false;
      return { status };
    },
  });
  const { destinationId } = await wire(rig, { destination: { settings: { order } } });
  await rig.send(...said(['a', 'a', 'a']));
  await rest();
  const [first] = await rig.deliveries();
  await rig.retry(first?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await rest();
  assert.deepEqual(arrived(rig), ['0', '1']);
  hung.resolve({ status: 200 });
  await rest();
  assert.deepEqual(arrived(rig), ['0', '1', '0', '2']);
});

test('replayed deliveries keep their order among themselves, and live ones do not wait for them', async () => {
  const hung = Promise.withResolvers<{ status: number }>();
  let isBroken = true;
  await using rig = await startRig({
    handler: (request) => (isBroken ? { status: 422 } : numberOf(request) === 0 ? hung.promise : { status: 200 }),
  });
  await wire(rig, { destination: { settings: { order } } });
  await rig.send(...said(['a', 'a', 'a', 'b']));
  await rest();
  assert.deepEqual(new Set(await rig.statuses()), new Set(['failed']));
  isBroken = false;
  const input = replayInput.parse({ of: 'deliveries', filter: {}, only: 'failed' });
  await rig.pipeline.replays.run(input, { id: `rpl_${'0'.repeat(26)}`, startedBy: 'ops' }, entry);
  await rig.clock.advance(5_000);
  await rig.send(...said(['a'], 4));
  await rig.clock.advance(5_000);
  assert.deepEqual(arrived(rig).slice(4).toSorted(), ['0', '3', '4']);
  hung.resolve({ status: 200 });
  await rig.clock.advance(5_000);
  assert.deepEqual(arrived(rig).slice(7), ['1', '2']);
});

test('the key is any parameter of the event; a list is one value, and an event without a value has no order', () => {
  const event = (fields: object) => ({
    ...{ id: '', name: null, visitorId: null, anonymousId: null, sessionId: null, occurredAt: '', receivedAt: '' },
    ...{ data: {}, ext: {}, session: {}, source: { collectorId: 'col_1', format: 'infinity' } },
    ...fields,
  });
  const by = (key: string, id = 'dst_1') => {
    const keyOf = orderKeys(id, { key, releaseAfter: null });
    return (fields: object, line?: string) => keyOf?.(event(fields), line);
  };
  const byOrder = by('order.id');
  const one = byOrder({ data: { order: { id: '7' } } });
  assert.ok(one !== undefined && Number.isSafeInteger(one) && one < 2 ** 48);
  assert.equal(byOrder({ data: { 'order.id': '7' } }), one);
  assert.notEqual(byOrder({ data: { order: { id: '8' } } }), one);
  assert.notEqual(byOrder({ data: { 'order.id': '7' } }, 'rpl_1'), one, 'an order of its own');
  assert.notEqual(by('order.id', 'dst_2')({ data: { 'order.id': '7' } }), one, 'another destination');
  assert.equal(by('a')({ data: { a: ['1', '2'] } }), by('a')({ data: { a: ['1', '2'] } }));
  assert.notEqual(by('a')({ data: { a: ['1', '2'] } }), by('a')({ data: { a: ['2', '1'] } }));
  for (const nothing of [{}, { visitorId: '' }, { visitorId: null }]) assert.equal(by('visitorId')(nothing), undefined);
  for (const field of ['visitorId', 'sessionId', 'name']) assert.ok(by(field)({ [field]: 'x' }));
});
