import { describe, test } from 'node:test';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { commandsConformance } from '../commands.conformance.ts';
import type { Guarantee } from '../journal.conformance.ts';
import { leasesConformance } from '../leases.conformance.ts';
import { statusesConformance } from '../statuses.conformance.ts';
import { postgresHot } from './postgres-hot.ts';

const database = postgresDatabase();

/** These suites need the hot port alone. */
const guarantee: Guarantee = (title, body) =>
  test(title, async () => {
    const postgres = await database();
    using made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
    await body({ hot: made.hot } as Parameters<typeof body>[0]); // the others are not asked
  });

describe('PostgreSQL: hot', () => {
  leasesConformance(guarantee);
  commandsConformance(guarantee);
  statusesConformance(guarantee);
});
