import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { eventually } from '../../test/support/eventually.ts';
import { AppError } from '../contract/errors.ts';
import { migrate } from './migrate.ts';
import { openPostgres, type Postgres } from './postgres.ts';
import { startServer } from './testing/server.testing.ts';
import { storable, storedText } from './text.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const opened = (database = 'postgres') => openPostgres({ url: server.url(database) });
const isUnavailable = (error: unknown) => error instanceof AppError && error.code === 'unavailable';

test('while PostgreSQL is down calls are refused as unavailable, and afterwards they work without a new start', async () => {
  await using postgres = opened();
  await postgres.query('CREATE TABLE kept (value integer)');
  await postgres.query('INSERT INTO kept VALUES (1)');
  await using held = opened();
  const long = held.query('SELECT pg_sleep(60)').then(
    () => 'done',
    (error) => error,
  );
  await eventually('the statement runs', async () => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`;
    return (await postgres.query(sql))[0] ?? null;
  });
  await server.kill();
  assert.ok(isUnavailable(await long));
  await assert.rejects(postgres.query('SELECT 1'), isUnavailable);
  await assert.rejects(
    postgres.transaction((query) => query('SELECT 1')),
    isUnavailable,
  );
  await server.start();
  assert.deepEqual(await postgres.query('SELECT value FROM kept'), [{ value: 1 }]);
});

test('a transaction whose work throws changes nothing, and one whose connection is lost does not end the process', async () => {
  await using postgres = opened();
  await postgres.query('CREATE TABLE whole (value bigint)');
  const failing = postgres.transaction(async (query) => {
    await query('INSERT INTO whole VALUES ($1)', [2 ** 52]);
    throw new Error('on purpose');
  });
  await assert.rejects(failing, /on purpose/);
  const lost = postgres.transaction(async (query) => {
    const [row] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await query('INSERT INTO whole VALUES (1)');
    await postgres.query('SELECT pg_terminate_backend($1)', [row?.pid]);
    await query('INSERT INTO whole VALUES (2)');
  });
  await assert.rejects(lost, isUnavailable);
  await postgres.transaction((query) => query('INSERT INTO whole VALUES ($1)', [2 ** 52]));
  assert.deepEqual(await postgres.query('SELECT value FROM whole'), [{ value: 2 ** 52 }]);
});

test('two nodes that start at once migrate a database once, and a newer one is refused', async () => {
  await using admin = opened();
  await admin.query('CREATE DATABASE migrated');
  await using one = opened('migrated');
  await using other = opened('migrated');
  await Promise.all([migrate(one), migrate(other), migrate(one)]);
  const tables = await one.query<{ count: number }>(`SELECT count(*) FROM pg_tables WHERE tablename = 'note'`);
  assert.equal(tables[0]?.count, 1);
  await one.query('UPDATE schema_version SET version = 9999');
  await assert.rejects(migrate(other), /^Error: The database was written by a newer Millrace \(schema 9999/);
});

test('a migration that fails leaves nothing of itself, nor of those before it', async () => {
  await using admin = opened();
  await admin.query('CREATE DATABASE failing');
  await using postgres = opened('failing');
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  try {
    writeFileSync(join(folder, '0001-a.sql'), '-- A comment; of no statement.\nCREATE TABLE a (b integer);\n');
    writeFileSync(join(folder, '0002-b.sql'), 'CREATE TABLE c (d integer);\nCREATE TABLE a (b integer);\n');
    await assert.rejects(migrate(postgres, pathToFileURL(`${folder}/`)), /already exists/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(await tablesOf(postgres), []);
});

test('a migration that waits for a reader of a table holds up no other node, and is done when the reader ends', async () => {
  await using admin = opened();
  await admin.query('CREATE DATABASE reading');
  await using postgres = opened('reading');
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  const of = pathToFileURL(`${folder}/`);
  try {
    writeFileSync(join(folder, '0001-a.sql'), 'CREATE TABLE a (b integer);\n');
    await migrate(postgres, of);
    writeFileSync(join(folder, '0002-a.sql'), 'ALTER TABLE a ADD COLUMN c integer;\n');
    let migrated: Promise<void> | undefined;
    await postgres.transaction(async (query) => {
      await query('SELECT b FROM a');
      migrated = migrate(postgres, of);
      await eventually('the wait for the lock', async () => {
        const sql = "SELECT 1 FROM pg_stat_activity WHERE datname = 'reading' AND wait_event_type = 'Lock'";
        return (await admin.read(sql)).length > 0;
      });
      // It would wait until the reader ends.
      await postgres.query('INSERT INTO a (b) VALUES (1)');
    });
    await migrated;
    assert.deepEqual(await postgres.query('SELECT b, c FROM a'), [{ b: 1, c: null }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a text of people is read back as it was stored, also with NUL and with the mark of such texts', async () => {
  await using postgres = opened();
  for (const text of ['', 'a', '\0', 'a\0b\\u0000', '\u0001', '\u0001"a"', 'ü\u{1f600}']) {
    const [row] = await postgres.query<{ text: string }>('SELECT $1::text AS text', [storable(text)]);
    assert.equal(storedText(row?.text ?? ''), text);
  }
});

async function tablesOf(postgres: Postgres): Promise<unknown[]> {
  return postgres.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
}
