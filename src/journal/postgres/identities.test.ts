import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { incoming, start } from '../conformance/journal-samples.testing.ts';
import { identityMemoryMs } from '../hot.ts';
import { database, owner } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

test('an identity is new again after 24 h by the time of its own request, also when an earlier one shares its row', async () => {
  await using node = await owner('a', await database(server, 'identities'), 0);
  const { hot, lease } = node;
  const accept = (receivedAt: number, identity: string | null) =>
    hot.accept({
      ...{ partition: lease.partition, lease, collectorId: 'col_1', receivedAt },
      events: [incoming({ name: 'x', identity })],
    });
  const later = start + identityMemoryMs;
  await accept(start + 2, 'a');
  // While the first one is written, the others come together.
  const [, first, second] = await Promise.all([
    accept(later - 60_000, null),
    accept(later, null),
    accept(later + 3, 'a'),
  ]);
  assert.deepEqual([first.receivedAt, second.receivedAt, second.duplicates], [later, later, []]);
});
