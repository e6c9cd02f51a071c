import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareDatabase } from '../../bench/soak/cluster.ts';
import { hasPgBouncer, startPgBouncer } from '../../src/postgres/testing/pgbouncer.testing.ts';

const skip = hasPgBouncer() ? false : 'pgbouncer is not installed';

test('behind PgBouncer in transaction mode two nodes under load lose and reorder nothing over kills, a lost database and lost connections', {
  skip,
}, async () => {
  const acts = { kill: 2, stop: 0, database: 1, cut: 1, upgrade: 0 };
  const { faults, eventsAcknowledged, formerOwners } = await shareDatabase({
    ...{ seed: 6, acts, seconds: 3, twice: 200, pooler: startPgBouncer },
  });
  assert.deepEqual(faults, []);
  assert.ok(eventsAcknowledged > 0 && formerOwners.tried > 0);
});
