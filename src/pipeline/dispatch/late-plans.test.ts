import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { pause } from '../../async/clock.ts';

/** The answer to each intake comes 100 ms after its transaction. */
function answerLate({ journal: { hot }, clock }: Rig) {
  const { accept } = hot;
  hot.accept = async (request) => {
    const accepted = await accept(request);
    await pause(clock, 100);
    return accepted;
  };
}

for (const [what, responseMs] of [
  ['is in flight', 500],
  ['is delivered', 0],
] as const)
  test(`a delivery that was read from the journal and ${what} when its plan is confirmed is sent once`, async () => {
    await using rig = await startRig({
      handler: async () => {
        await pause(rig.clock, responseMs);
        return { status: 200 };
      },
    });
    const { destinationId } = await wire(rig);
    // Its queue is open.
    await rig.send({});
    await rig.clock.advance(1_000);
    answerLate(rig);
    const sent = rig.send({});
    await rig.clock.advance(10);
    rig.pipeline.queueStatus.wake([destinationId]);
    await rig.clock.advance(10);
    assert.equal(rig.egress.requests.length, 2, 'it was read');
    await rig.clock.advance(1_000);
    await sent;
    assert.equal(rig.egress.requests.length, 2);
    assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
    assert.deepEqual(rig.failures, []);
  });
