import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareDatabase } from '../../bench/soak/cluster.ts';

test('two nodes on PostgreSQL under load: a kill, a lost database and lost connections lose and reorder nothing, and the same events sent to both are stored once', async () => {
  const acts = { kill: 1, stop: 0, database: 1, cut: 1, upgrade: 0 };
  const { faults, eventsAcknowledged } = await shareDatabase({ seed: 5, acts, seconds: 3, twice: 200 });
  assert.deepEqual(faults, []);
  assert.ok(eventsAcknowledged > 0);
});
