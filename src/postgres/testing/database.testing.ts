import { after } from 'node:test';
import { migrate } from '../migrate.ts';
import { openPostgres, type Postgres } from '../postgres.ts';
import { checked } from './checked.testing.ts';
import { startServer } from './server.testing.ts';

let resources = new AsyncDisposableStack();
let opened: Promise<{ postgres: Postgres; clear: () => Promise<void> }> | undefined;

/**
 * A database on a server of its own, which the tests of a file use one after the other: each call makes it as new. Server and
 * database end after the tests of the file. It is `checked`, and what it removes is cleaned by none but the tests.
 */
export function postgresDatabase(): () => Promise<Postgres> {
  after(async () => {
    const ending = resources;
    resources = new AsyncDisposableStack();
    opened = undefined;
    await ending.disposeAsync();
  });
  return async () => {
    opened ??= open();
    const { postgres, clear } = await opened;
    await clear();
    return { ...checked(postgres), [Symbol.asyncDispose]: async () => {} };
  };
}

async function open() {
  const server = resources.use(await startServer({ autovacuum: 'off' }));
  const postgres = resources.use(openPostgres({ url: server.url('postgres') }));
  await migrate(postgres);
  const tables = await postgres.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
       AND relnamespace = current_schema()::regnamespace`,
  );
  const fresh: { name: string; rows: unknown[] }[] = [];
  for (const { name } of tables) {
    const rows = await postgres.query<{ row: unknown }>(`SELECT to_json(${name}) AS row FROM ${name}`);
    fresh.push({ name, rows: rows.map(({ row }) => row) });
  }
  // One call of a function: a statement for each table would be a round trip each.
  await postgres.query(`CREATE FUNCTION clear_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    SET LOCAL session_replication_role = replica;
    ${fresh.map(({ name }) => `DELETE FROM ${name};`).join('\n')}
    ${fresh.flatMap(({ name, rows }) => rows.map((row) => insertOf(name, row))).join('\n')}
    SET LOCAL session_replication_role = origin;
  END $$`);
  return {
    postgres,
    async clear() {
      await postgres.query('SELECT clear_all()');
    },
  };
}

const insertOf = (table: string, row: unknown) =>
  `INSERT INTO ${table} OVERRIDING SYSTEM VALUE
     SELECT * FROM json_populate_record(null::${table}, $row$${JSON.stringify(row)}$row$);`;
