import { startMigratedServer } from '../../src/postgres/testing/migrated-server.testing.ts';

/** From now on, tests and programs that this process starts have databases on a PostgreSQL server of its own (database.ts). */
export async function startTestServer(): Promise<AsyncDisposable> {
  const server = await startMigratedServer();
  process.env['MILLRACE_TEST_SERVER'] = server.url('postgres');
  return server;
}
