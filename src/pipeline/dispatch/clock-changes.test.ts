import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';

const minute = 60_000;

test('when the clock is set back, a retry that waits in the journal is sent after its wait, and not early', async () => {
  const clock = fakeClock();
  let backMs = 0;
  const answer = { status: 500 };
  await using rig = await startRig({
    clock: { ...clock, now: () => clock.now() - backMs },
    handler: () => answer,
  });
  const settings = { retry: { scheduleMs: [0, 10 * minute], jitter: 0 } };
  await wire(rig, { connection: { settings } });
  await rig.send({});
  await rig.clock.advance(5 * minute);
  backMs = 60 * minute;
  answer.status = 200;
  await rig.clock.advance(4 * minute);
  assert.equal(rig.egress.requests.length, 1);
  await rig.clock.advance(minute);
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('small corrections of the clock and slow timers change nothing', async () => {
  const clock = fakeClock();
  let backMs = 0;
  await using rig = await startRig({ clock: { ...clock, now: () => clock.now() - backMs } });
  const moves: (number | null)[] = [];
  const { hot } = rig.journal;
  const { followClock } = hot;
  hot.followClock = async (lease, now, knownMs) => {
    const movedMs = await followClock(lease, now, knownMs);
    moves.push(movedMs);
    return movedMs;
  };
  await rig.clock.advance(minute);
  backMs = 3_000;
  await rig.clock.advance(minute);
  backMs = -60 * minute;
  await rig.clock.advance(minute);
  assert.deepEqual(new Set(moves), new Set([0]));
});
