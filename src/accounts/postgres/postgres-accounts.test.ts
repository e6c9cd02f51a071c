import { postgresAudit } from '../../audit/postgres/postgres-audit.ts';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { accountsConformance } from '../accounts.conformance.ts';
import { postgresAccounts } from './postgres-accounts.ts';

const database = postgresDatabase();

accountsConformance('accounts on PostgreSQL', async () => {
  const postgres = await database();
  return { ...postgresAccounts(postgres), audit: postgresAudit(postgres), [Symbol.asyncDispose]: async () => {} };
});
