import { postgresAudit } from '../../audit/postgres/postgres-audit.ts';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { journalConformance } from '../conformance/journal.conformance.ts';
import { postgresJournal } from './postgres-journal.ts';

const database = postgresDatabase();

journalConformance('journal on PostgreSQL', async () => {
  const postgres = await database();
  // The rows of former tests leave room in their files, which counts as used.
  await postgres.query('TRUNCATE event_group, plan_entry, delivery, waiting, attempt_block, batch_exchange, seen');
  const journal = postgresJournal(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  return {
    ...journal,
    audit: postgresAudit(postgres),
    [Symbol.asyncDispose]: async () => journal[Symbol.dispose](),
  };
});
