import { describe, test } from 'node:test';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import type { Guarantee } from '../../journal.conformance.ts';
import { listsConformance } from '../../lists.conformance.ts';
import { postgresHot } from '../postgres-hot.ts';
import { postgresLog } from './postgres-log.ts';

const database = postgresDatabase();

/** These suites need no commands of people, no replays and no housekeeping. */
const guarantee: Guarantee = (title, body) =>
  test(title, async () => {
    const postgres = await database();
    using made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
    await body({ hot: made.hot, log: postgresLog(postgres, made.words) } as Parameters<typeof body>[0]); // the others are not asked
  });

describe('PostgreSQL: log', () => {
  listsConformance(guarantee);
});
