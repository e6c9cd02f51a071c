import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import { deliverySearchConformance } from '../../conformance/delivery-search.conformance.ts';
import type { Guarantee } from '../../conformance/journal.conformance.ts';
import { listsConformance } from '../../conformance/lists.conformance.ts';
import { statisticsConformance } from '../../conformance/statistics.conformance.ts';
import type { Journal } from '../../journal.ts';
import { postgresHot } from '../postgres-hot.ts';
import { postgresReplays } from '../replays/postgres-replays.ts';
import { postgresDeliveryCommands } from './delivery-commands.ts';
import { postgresLog } from './postgres-log.ts';

const database = postgresDatabase();

/** These suites need no housekeeping. */
const guarantee: Guarantee = (title, body) =>
  test(title, async () => {
    const postgres = await database();
    using made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
    const parts = { ...postgres, ...made };
    const log = {
      ...postgresLog(postgres, made.words),
      ...postgresDeliveryCommands(parts),
      replays: postgresReplays(parts),
    };
    const journal: Pick<Journal, 'hot' | 'log'> = { hot: made.hot, log };
    await body(journal as Parameters<typeof body>[0]); // the others are not asked
  });

test('texts with NUL, which no text of the database has, find nothing', async () => {
  const postgres = await database();
  using made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const log = postgresLog(postgres, made.words);
  const text = 'a\0b';
  const page = { limit: 9, closed: [], now: 0 };
  for (const query of [
    { actionId: text },
    { destinationId: text },
    { replayId: text },
    { batchId: text },
    { eventId: text },
  ])
    assert.deepEqual(await log.deliveries({ ...page, ...query }), []);
  assert.deepEqual((await log.search({ limit: 9, lookedMax: 9, collectorId: text, visitorId: text })).events, []);
});

describe('PostgreSQL: log', () => {
  listsConformance(guarantee);
  deliverySearchConformance(guarantee);
  statisticsConformance(guarantee);
});
