import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTogether } from '../../bench/soak/together/together.ts';

const paces = { senders: [10, 60], acts: [20, 120], ends: [500, 1_500] } as const;

test('everything at random with kills: what arrives and what the API says is what the model allows', async () => {
  const mix = { kills: true, stops: false, clock: false, erasures: true };
  const { faults, events, requests, acts, kills } = await runTogether({ seed: 11, seconds: 3, mix, paces });
  assert.deepEqual(faults, []);
  assert.ok(events > 0 && requests > 0 && acts > 0 && kills > 0);
});

test('everything at random without an end of the process: statistics are exact, too', async () => {
  const mix = { kills: false, stops: false, clock: false, erasures: false, replays: true };
  const { faults, events, requests, acts } = await runTogether({ seed: 12, seconds: 2, mix, paces });
  assert.deepEqual(faults, []);
  assert.ok(events > 0 && requests > 0 && acts > 0);
});
