import { after } from 'node:test';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { type Server, startServer } from '../../src/postgres/testing/server.testing.ts';

/** By `MILLRACE_TEST_DATABASE=postgres`, each program of a test has a database of its own on a PostgreSQL server of this process. */
const isPostgres = process.env['MILLRACE_TEST_DATABASE'] === 'postgres';
const partitions = 4;

let server: Promise<Server> | undefined;
let count = 0;
if (isPostgres) after(async () => (await server)?.[Symbol.asyncDispose]());

/** The settings of a new database. */
export async function newDatabase(): Promise<Record<string, string>> {
  if (!isPostgres) return {};
  server ??= startServer({ max_connections: '200' });
  const { url } = await server;
  const name = `test_${++count}`;
  await using admin = openPostgres({ url: url('postgres') });
  await admin.read(`CREATE DATABASE ${name}`);
  return {
    MILLRACE_DATABASE_URL: url(name),
    MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    MILLRACE_PARTITIONS: String(partitions),
  };
}
