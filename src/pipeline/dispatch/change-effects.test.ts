import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const down: FakeAnswer = { status: 500 };
const late: FakeAnswer = { error: { kind: 'timeout', message: 'too late' } };
const retry = { scheduleMs: [0], jitter: 0 };

/** A peer that gives the next answers in turn, then 200. */
function peer(...answers: FakeAnswer[]) {
  return () => answers.shift() ?? { status: 200 };
}

const destination = (given: Record<string, unknown> = {}) => ({ name: 'Orders', path: '/orders', ...given });

/** Saves the destination again, and waits until its consequences are done. */
async function save(
  rig: Rig,
  ids: { connectionId: string; destinationId: string },
  body: Record<string, unknown> = {},
) {
  const { connectionId, destinationId } = ids;
  await rig.put('destination', { connectionId, status: 'enabled', ...destination(body) }, destinationId);
  await settled();
  await rig.clock.advance(10);
}

test('a saved change retries exhausted deliveries, and leaves those with an unknown outcome to a person', async () => {
  await using rig = await startRig({ handler: peer(late, down) });
  const settings = { onTimeout: 'hold', retry };
  const ids = await wire(rig, { destination: { settings } });
  for (const n of ['1', '2']) {
    await rig.send({ data: { n } });
    await settled();
  }
  const shown = async () => (await rig.deliveries()).map(({ status, reason }) => [status, reason]);
  assert.deepEqual(await shown(), [
    ['held', 'unknown_outcome'],
    ['held', 'exhausted'],
  ]);
  await save(rig, ids, { description: 'the same endpoint', settings });
  await rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example/v2', description: 'x' }, ids.connectionId);
  await rig.clock.advance(1_000);
  assert.deepEqual(await shown(), [
    ['held', 'unknown_outcome'],
    ['delivered', null],
  ]);
  await rig.restart();
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 3);
});

test('a release that the disk refuses is repeated until it is done', async () => {
  await using rig = await startRig({ handler: peer(down) });
  const ids = await wire(rig, { destination: { settings: { retry } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  const { log } = rig.journal;
  const { release } = log;
  let refusals = 3;
  log.release = (...given) => (refusals-- > 0 ? Promise.reject(new Error('disk full')) : release(...given));
  await save(rig, ids, { settings: { retry } });
  assert.deepEqual([await rig.statuses(), rig.failures.length], [['held'], 1]);
  assert.equal((await rig.catalog.unapplied()).length, 1);
  await rig.clock.advance(1_000 + 2_000 + 4_000);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.deepEqual([rig.failures.length, await rig.catalog.unapplied()], [3, []]);
});

/** Ends the process between the commit of a change and its consequences. */
async function dieAfter(rig: Rig, change: () => Promise<unknown>) {
  const { log, hot } = rig.journal;
  const { save: saveNote } = rig.notes;
  const { release, releaseOrder } = log;
  const { removeHold } = hot;
  const never = () => new Promise<never>(() => {});
  Object.assign(rig.notes, { save: never });
  Object.assign(log, { release: never, releaseOrder: never });
  Object.assign(hot, { removeHold: never });
  await change();
  await settled();
  // As kill -9 does: the dead process writes nothing more.
  Object.assign(rig.notes, { save: saveNote });
  Object.assign(log, { release, releaseOrder });
  Object.assign(hot, { removeHold });
  await rig.restart();
  await settled();
}

test('a crash right after a smaller `releaseAfter` was saved does not keep later deliveries of the key waiting', async () => {
  await using rig = await startRig({ handler: peer(down, down) });
  const order = (releaseAfter: number | null) => ({
    settings: { order: { key: 'visitorId', releaseAfter }, retry: { scheduleMs: [0, 10, 3_600_000], jitter: 0 } },
  });
  const ids = await wire(rig, { destination: order(null) });
  await rig.send({ visitorId: 'a', data: { n: '1' } });
  await settled();
  await rig.clock.advance(20);
  await rig.send({ visitorId: 'a', data: { n: '2' } });
  await settled();
  assert.deepEqual(await rig.statuses(), ['retrying', 'pending']);
  await dieAfter(rig, () => save(rig, ids, order(2)));
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['retrying', 'delivered']);
});

test('a crash right after a resume does not bring back the pause that the system had asked for', async () => {
  await using rig = await startRig({ handler: peer({ status: 503, headers: [['retry-after', '3600']] }) });
  const ids = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await save(rig, ids, { status: 'paused' });
  const pauses = () => rig.journal.hot.pauses();
  assert.equal((await pauses()).length, 1);
  await dieAfter(rig, () => save(rig, ids));
  await rig.clock.advance(1_000);
  assert.deepEqual([await rig.statuses(), await pauses()], [['delivered'], []]);
});

test('a crash right after new credentials were saved does not keep the hold of the old ones', async () => {
  await using rig = await startRig({ handler: peer({ status: 401 }) });
  const connection = (token: string) => ({
    name: 'CRM',
    baseUrl: 'https://crm.example/v2',
    auth: { type: 'bearer', token },
  });
  const { connectionId } = await wire(rig, { connection: connection('a-wrong-token-of-this-test') });
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).reason, 'auth_rejected');
  await rig.clock.advance(10);
  await dieAfter(rig, () => rig.put('connection', connection('the-right-token-of-this-test'), connectionId));
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.deepEqual(await rig.journal.hot.holds(), []);
});

test('a delivery that was in flight when its destination was deleted is cancelled, also after a crash', async () => {
  const slow = Promise.withResolvers<FakeAnswer>();
  await using rig = await startRig({ handler: () => slow.promise });
  const { destinationId, actionId } = await wire(rig, { destination: { settings: { retry } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.pipeline.configuration.change(
    { principal: 'test', principalId: null, address: null, requestId: null },
    ({ documents }) => [
      { op: 'delete', document: documents.action.get(actionId) ?? assert.fail() },
      { op: 'delete', document: documents.destination.get(destinationId) ?? assert.fail() },
    ],
  );
  await settled();
  await dieAfter(rig, async () => {
    slow.resolve(down);
    await settled();
    assert.deepEqual(await rig.statuses(), ['held']);
  });
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['cancelled']);
});
