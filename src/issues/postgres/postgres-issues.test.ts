import { postgresAudit } from '../../audit/postgres/postgres-audit.ts';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { issuesConformance } from '../issues.conformance.ts';
import { postgresIssues } from './postgres-issues.ts';

const database = postgresDatabase();

issuesConformance('issues on PostgreSQL', async () => {
  const postgres = await database();
  return { ...postgresIssues(postgres), audit: postgresAudit(postgres), [Symbol.asyncDispose]: async () => {} };
});
