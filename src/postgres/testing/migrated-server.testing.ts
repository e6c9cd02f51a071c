import { migrate } from '../migrate.ts';
import { openPostgres } from '../postgres.ts';
import { type Server, startServer } from './server.testing.ts';

/** A server whose new databases have the tables already. */
export async function startMigratedServer(): Promise<Server> {
  const started = await startServer({ max_connections: '300' });
  await using template = openPostgres({ url: started.url('template1') });
  await migrate(template);
  return started;
}
