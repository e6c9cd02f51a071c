import { describe, test } from 'node:test';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import { deliverySearchConformance } from '../../delivery-search.conformance.ts';
import type { Guarantee } from '../../journal.conformance.ts';
import type { Journal } from '../../journal.ts';
import { listsConformance } from '../../lists.conformance.ts';
import { statisticsConformance } from '../../statistics.conformance.ts';
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

describe('PostgreSQL: log', () => {
  listsConformance(guarantee);
  deliverySearchConformance(guarantee);
  statisticsConformance(guarantee);
});
