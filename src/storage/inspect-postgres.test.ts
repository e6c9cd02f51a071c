import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../contract/secret.ts';
import { postgresNotes } from '../notes/postgres/postgres-notes.ts';
import type { Facts } from '../postgres/facts.ts';
import { latestVersion, migrate } from '../postgres/migrate.ts';
import { openPostgres } from '../postgres/postgres.ts';
import { startServer } from '../postgres/testing/server.testing.ts';
import { configuredKeys } from '../secrets/keys.ts';
import { sealer } from '../secrets/sealer.ts';
import { inspectPostgres, postgresFindings } from './inspect-postgres.ts';
import { checkKey } from './postgres-key.ts';

const good: Facts = {
  version: 180_004,
  encoding: 'UTF8',
  isReplica: false,
  isSuperuser: false,
  mayCreate: true,
  mayCreateTemporary: true,
  synchronousCommit: 'on',
  fsync: 'on',
  fullPageWrites: 'on',
  connectionsMax: 100,
  connections: 10,
  synchronousStandbys: 'standby',
  replicas: 1,
  now: 0,
  bytes: 2 ** 20,
  schema: latestVersion(),
};

const keyOf = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const inspect = (url: string, fill = 1) => inspectPostgres(url, new Secret(keyOf(fill), ''));

const stateOf = (name: string, changed: Partial<Facts>) =>
  postgresFindings({ ...good, ...changed }, 0).find((one) => one.name === name)?.state;

test('a database that would lose data, that takes no writes or that is too old is a problem; what a failover can lose is a warning', () => {
  assert.deepEqual(
    postgresFindings(good, 0).filter(({ state }) => state !== 'ok'),
    [],
  );
  const cases: [name: string, changed: Partial<Facts>, state: string][] = [
    ['database', { version: 140_012 }, 'problem'],
    ['database', { encoding: 'SQL_ASCII' }, 'problem'],
    ['database', { isReplica: true }, 'problem'],
    ['database', { schema: latestVersion() + 1 }, 'problem'],
    ['database', { schema: latestVersion() - 1 }, 'warning'],
    ['database', { schema: null }, 'ok'],
    ['rights', { mayCreate: false }, 'problem'],
    ['rights', { isSuperuser: true }, 'warning'],
    ['temporary tables', { mayCreateTemporary: false }, 'problem'],
    ['durability', { synchronousCommit: 'off' }, 'problem'],
    ['durability', { fsync: 'off' }, 'problem'],
    ['durability', { fullPageWrites: 'off' }, 'problem'],
    ['durability', { synchronousCommit: 'remote_apply' }, 'ok'],
    ['failover', { synchronousStandbys: '' }, 'warning'],
    ['failover', { synchronousStandbys: '', replicas: 0 }, 'warning'],
    ['failover', { synchronousCommit: 'local' }, 'warning'],
    ['connections', { connections: 90 }, 'warning'],
    ['connections', { connections: 95 }, 'problem'],
    ['database clock', { now: -3_000 }, 'warning'],
  ];
  for (const [name, changed, state] of cases) assert.equal(stateOf(name, changed), state, JSON.stringify(changed));
});

test('a new database stays empty, one of a role without rights is named, and a server that is down is a problem', async () => {
  await using server = await startServer();
  const url = server.url('postgres');
  const states = async (from: string) =>
    Object.fromEntries((await inspect(from)).map(({ name, state }) => [name, state]));
  assert.deepEqual(await states(url), {
    ...{ database: 'ok', rights: 'warning', durability: 'problem', failover: 'warning', connections: 'ok' },
    ...{ 'temporary tables': 'ok', 'database clock': 'ok', key: 'ok' },
  });
  await using postgres = openPostgres({ url });
  assert.deepEqual(await postgres.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`), []);
  await migrate(postgres);
  await postgres.query('CREATE ROLE reader LOGIN');
  await postgres.query('GRANT SELECT ON schema_version TO reader');
  const reader = await states(url.replace('millrace@', 'reader@'));
  assert.deepEqual([reader['database'], reader['rights']], ['ok', 'problem']);
  await postgres.query('REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC');
  assert.deepEqual(
    [reader['temporary tables'], (await states(url.replace('millrace@', 'reader@')))['temporary tables']],
    ['ok', 'problem'],
  );
  await server.kill();
  assert.deepEqual(await states(url), { database: 'problem' });
});

test('a key that does not open the secrets of the database is a problem, as it is at a start', async () => {
  await using server = await startServer();
  const url = server.url('postgres');
  await using postgres = openPostgres({ url });
  await migrate(postgres);
  await checkKey(postgresNotes(postgres), sealer(configuredKeys(keyOf(1))));
  const found = async (fill: number) => (await inspect(url, fill)).find(({ name }) => name === 'key');
  assert.deepEqual(await found(1), { name: 'key', state: 'ok', detail: 'configured' });
  const other = await found(2);
  assert.equal(other?.state, 'problem');
  assert.match(other?.detail ?? '', /sealed with key [0-9a-f]{12}, which is not among the secret keys/);
});
