import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveNodes } from './nodes-story.testing.ts';

const runs = Number(process.env['MILLRACE_SIMULATIONS'] ?? 8);
const first = Number(process.env['MILLRACE_SIMULATION_SEED'] ?? 1);

/** Each write that carries a lease. */
const kinds = [
  ...['accept', 'plan', 'takePassed', 'mark', 'recover', 'settle', 'releaseLease'],
  ...['retry', 'cancel', 'release', 'releaseOrder', 'expire', 'cancelReplayed', 'savePause', 'removePause'],
];

test('three nodes that die, stop, leave, lose storage and have wrong clocks lose nothing, keep the order and the keys, and change nothing after their time', async () => {
  const former = new Map(kinds.map((kind) => [kind, 0]));
  let requests = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const lived = await liveNodes(seed);
    assert.deepEqual(lived.faults, [], `seed ${seed}`);
    for (const [kind, count] of Object.entries(lived.former)) former.set(kind, (former.get(kind) ?? 0) + count);
    requests += lived.requests;
  }
  for (const [kind, count] of former) assert.ok(count > 0, `no former owner tried ${kind}`);
  assert.ok(requests > 50 * runs, `${requests} requests in ${runs} runs are too few to find anything`);
});
