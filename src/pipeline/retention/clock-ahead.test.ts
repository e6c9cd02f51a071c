import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { isNode, startRig, wire } from '../../../test/support/rig.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A pipeline whose clock can be wrong; timers are not affected. */
async function startAhead(answer = { status: 200 }) {
  const clock = fakeClock();
  const ahead = { byMs: 0 };
  const wrong = { ...clock, now: () => clock.now() + ahead.byMs };
  const rig = await startRig({ clock: wrong, monotonic: clock.now, everyMs: 10 * minute, handler: () => answer });
  return { rig, ahead, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

test('a clock that was a year ahead for a moment leaves later times right and delays no retry, also with a restart', async () => {
  for (const isRestarted of [true, false]) {
    const answer = { status: 500 };
    await using started = await startAhead(answer);
    const { rig, ahead } = started;
    await wire(rig, { connection: { settings: { retry: { scheduleMs: [0, 10 * minute], jitter: 0 } } } });
    ahead.byMs = 365 * day;
    await rig.send({ identity: 'm-1' });
    await rig.clock.advance(1_000);
    assert.deepEqual(await rig.statuses(), ['retrying']);
    ahead.byMs = 0;
    answer.status = 200;
    if (isRestarted) await rig.restart();
    await rig.clock.advance(11 * minute);
    const [id = ''] = await rig.send({});
    const now = new Date(rig.clock.now()).toISOString();
    await rig.clock.advance(1_000);
    assert.equal((await rig.journal.log.event(id))?.receivedAt, now);
    const [retried, later] = await rig.deliveries();
    assert.deepEqual([retried?.status, later?.status, later?.createdAt], ['delivered', 'delivered', now]);
    await rig.clock.advance(25 * hour);
    const [again] = await rig.send({ identity: 'm-1' });
    assert.ok(
      (await rig.journal.log.events({ limit: 1 })).some((event) => event.id === again),
      'forgotten after a day',
    );
    // The pipeline from before the restart is not stopped, and finds that it has lost its partition: no failure of a node.
    const isFailure = isRestarted && !isNode;
    assert.deepEqual(rig.failures.map(String), isFailure ? ['Error: lost partition 0'] : []);
  }
});

test('a clock that jumps ahead by more than the retention removes nothing, until it has been ahead for a day', async () => {
  await using started = await startAhead();
  const { rig, ahead } = started;
  await wire(rig);
  await rig.send({ identity: 'm-1' });
  await rig.clock.advance(2 * minute);
  const kept = async () => [(await rig.deliveries()).length, (await rig.journal.log.events({ limit: 9 })).length];
  ahead.byMs = 40 * day;
  await rig.clock.advance(20 * hour);
  assert.deepEqual(await kept(), [1, 1]);
  ahead.byMs = 0;
  await rig.clock.advance(hour);
  assert.deepEqual(await kept(), [1, 1], 'the clock was wrong');
  ahead.byMs = 40 * day;
  await rig.clock.advance(12 * hour);
  await rig.restart();
  await rig.clock.advance(11 * hour);
  assert.deepEqual(await kept(), [1, 1], 'a restart does not confirm it');
  await rig.clock.advance(2 * hour);
  assert.deepEqual(await kept(), [0, 0], 'the clock is right');
});

test('a clock that jumps ahead removes no statistics, until it has been ahead for a day', async () => {
  await using started = await startAhead();
  const { rig, ahead } = started;
  await wire(rig);
  const at = rig.clock.now() - (rig.clock.now() % minute);
  const query = { kind: 'all', id: null, stepMs: minute, from: at, to: at, follow: 'received' };
  const counted = async () => (await rig.journal.log.statistics.read(query)).steps[0]?.counters['received'];
  const send = async () => {
    await rig.send({});
    await rig.clock.advance(2 * minute);
  };
  await send();
  assert.equal(await counted(), 1);
  ahead.byMs = 40 * day;
  await send();
  await send();
  assert.equal(await counted(), 1);
  await rig.clock.advance(24 * hour);
  await send();
  assert.equal(await counted(), undefined, 'the clock is right');
});
