import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { postgresAudit } from '../../src/audit/postgres/postgres-audit.ts';
import { verifyDatabase } from '../../src/audit/postgres/verify-database.ts';
import { loadConfig } from '../../src/config/load.ts';
import { openPostgres, type Postgres } from '../../src/postgres/postgres.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { rotateSecrets } from '../../src/rotate-secrets.ts';
import { verifyAudit } from '../../src/verify-audit.ts';
import { deliveryOf, sendEvents, startTestApp, testEnv, wire } from '../support/app.ts';
import { nodeDatabase, secretKey } from '../support/node-database.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const configOf = (env: Record<string, string>) => loadConfig({ flags: {}, env: testEnv('', env), now: Date.now() });

const newDatabase = (name: string) => nodeDatabase(server, name);

test('audit verify reads the trail in PostgreSQL: a changed entry, a changed column and missing entries are found', async () => {
  const env = await newDatabase('verified');
  {
    await using app = await startTestApp(env);
    await app.client.call('createCollector', { body: { name: 'one' } });
    await app.client.call('createCollector', { body: { name: 'two' } });
  }
  const verify = () => verifyAudit(configOf(env), []);
  const whole = await verify();
  assert.ok(whole.ok && whole.count >= 2);
  const last = whole.head.number;
  await using postgres = openPostgres({ url: env.MILLRACE_DATABASE_URL });
  const tampered = async (change: string) => {
    const result = await postgres
      .transaction(async (query) => {
        await query('SET LOCAL session_replication_role = replica');
        await query('CREATE TABLE kept AS SELECT * FROM audit_entry');
        await query(change);
      })
      .then(verify);
    await postgres.transaction(async (query) => {
      await query('SET LOCAL session_replication_role = replica');
      await query('DELETE FROM audit_entry');
      await query('INSERT INTO audit_entry SELECT * FROM kept');
      await query('DROP TABLE kept');
    });
    return result;
  };
  const content = await tampered(`UPDATE audit_entry SET body = replace(body, 'two', 'six') WHERE number = ${last}`);
  assert.deepEqual(content, { ok: false, number: last, problem: 'its hash does not match its content' });
  const column = await tampered(`UPDATE audit_entry SET principal = 'someone' WHERE number = ${last}`);
  assert.deepEqual(column, {
    ok: false,
    number: last,
    problem: 'the column principal does not match the entry',
  });
  const missing = await tampered(`DELETE FROM audit_entry WHERE number = ${last}`);
  assert.deepEqual(missing, {
    ok: false,
    number: last,
    problem: `the entries up to the head ${last} are missing`,
  });
  assert.deepEqual(await verify(), whole);
});

test('audit verify finds the trail whole while nodes append to it and prune it', async () => {
  const env = await newDatabase('pruned');
  {
    await using app = await startTestApp(env);
    for (const name of ['one', 'two']) await app.client.call('createCollector', { body: { name } });
  }
  await using postgres = openPostgres({ url: env.MILLRACE_DATABASE_URL });
  let asked = 0;
  const pruned: Pick<Postgres, 'transaction'> = {
    transaction: (work) =>
      postgres.transaction((query) =>
        work(async (...statement) => {
          const rows = await query<never>(...statement);
          if (++asked === 2) await postgresAudit(postgres).prune(Date.now() + 1, Date.now());
          return rows;
        }),
      ),
  };
  const verdict = await verifyDatabase(pruned);
  assert.ok(verdict.ok && verdict.count >= 2, JSON.stringify(verdict));
  const after = await verifyAudit(configOf(env), [verdict.head]);
  assert.ok(after.ok && after.count === 1, 'it was pruned');
});

test('secrets rotate --offline seals the secrets in PostgreSQL with a new key: the old one is not needed any more', async () => {
  await using receiver = await startReceiver();
  const env = await newDatabase('rotated');
  const auth = { type: 'bearer', token: 'a-secret-token' } as const;
  const { connection, collector } = await (async () => {
    await using app = await startTestApp(env);
    return await wire(app, receiver, { connection: { auth } });
  })();
  const both = { ...env, MILLRACE_SECRET_KEY: `${secretKey(2)},${secretKey(1)}` };
  const state = await rotateSecrets(configOf(both), { newKey: false }, () => {});
  assert.equal(state.rotation?.state, 'done');
  assert.deepEqual(
    state.keys.map(({ bodies }) => bodies > 0),
    [true, false],
  );
  await using app = await startTestApp({ ...env, MILLRACE_SECRET_KEY: secretKey(2) });
  const [id = ''] = await sendEvents(app, collector.key, { wire: connection.name });
  await deliveryOf(app, id);
  assert.equal(receiver.requests[0]?.headers.authorization, 'Bearer a-secret-token');
});

test('secrets rotate --offline does not migrate the tables of an earlier version, whose nodes may be running', async () => {
  const env = await newDatabase('earlier');
  await (await startTestApp(env))[Symbol.asyncDispose]();
  await using postgres = openPostgres({ url: env.MILLRACE_DATABASE_URL });
  const earlier = await postgres.read('UPDATE schema_version SET version = version - 1 RETURNING version');
  await assert.rejects(
    rotateSecrets(configOf(env), { newKey: false }, () => {}),
    /left by another version/,
  );
  assert.deepEqual(await postgres.read('SELECT version FROM schema_version'), earlier);
});

test('start --held holds all deliveries of a PostgreSQL database before the first is sent, until a person releases them', async () => {
  await using receiver = await startReceiver();
  const env = await newDatabase('held');
  const { connection, collector } = await (async () => {
    await using app = await startTestApp(env);
    return await wire(app, receiver);
  })();
  await using app = await startTestApp(env, { startsHeld: true });
  const [id = ''] = await sendEvents(app, collector.key, { wire: connection.name });
  assert.equal((await deliveryOf(app, id, 'held')).reason, 'all_held');
  assert.equal(receiver.requests.length, 0);
  await app.client.call('changeSettings', { body: { deliveries: { held: false } } });
  await deliveryOf(app, id);
});
