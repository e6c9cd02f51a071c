import { verifyDatabase } from './audit/postgres/verify-database.ts';
import type { AuditHead, AuditVerdict } from './cli/program.ts';
import type { Config } from './config/settings.ts';
import { openPostgres } from './postgres/postgres.ts';

/** Verifies the audit trail in the PostgreSQL database of MILLRACE_DATABASE_URL. Throws when it can't be read. */
export async function verifyAudit(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  known: readonly AuditHead[],
): Promise<AuditVerdict> {
  if (databaseUrl === null) throw new Error('MILLRACE_DATABASE_URL is not set.');
  await using postgres = openPostgres({ url: databaseUrl.reveal(), connectionsMax: { writes: 1, reads: 1 } });
  return await verifyDatabase(postgres, known);
}
