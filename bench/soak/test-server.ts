import { startMigratedServer } from '../../src/postgres/testing/migrated-server.testing.ts';

/** Programs that this process starts have databases on a PostgreSQL server of its own, as in tests (test/support/database.ts). */
export async function startTestServer(): Promise<AsyncDisposable> {
  const server = await startMigratedServer();
  process.env['MILLRACE_TEST_SERVER'] = server.url('postgres');
  return server;
}
