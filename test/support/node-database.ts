import { openPostgres } from '../../src/postgres/postgres.ts';
import type { Server } from '../../src/postgres/testing/server.testing.ts';

/** Creates a database; returns the settings of a node on it. */
export async function nodeDatabase(server: Server, name: string) {
  await using admin = openPostgres({ url: server.url('postgres') });
  await admin.read(`CREATE DATABASE ${name}`);
  return {
    MILLRACE_DATABASE_URL: server.url(name),
    MILLRACE_SECRET_KEY: secretKey(1),
    MILLRACE_PARTITIONS: '4',
    MILLRACE_NODE_NAME: 'a',
  };
}

export const secretKey = (fill: number) => Buffer.alloc(32, fill).toString('base64');
