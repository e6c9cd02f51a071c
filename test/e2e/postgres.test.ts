import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, test } from 'node:test';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { deliveryOf, sendEvents, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { nodeDatabase, secretKey } from '../support/node-database.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const newDatabase = (name: string) => nodeDatabase(server, name);

test('on PostgreSQL a node delivers, keeps nothing on its disk, and is the same after a restart', async () => {
  await using receiver = await startReceiver();
  const env = await newDatabase('restarted');
  await using app = await startTestApp(env);
  const auth = { type: 'bearer', token: 'a-secret-token' } as const;
  const { connection, action, deliver } = await wire(app, receiver, { connection: { auth } });
  const delivery = await deliver({ 'wt.ev': '$Purchase' });
  const body = { name: 'kept', rights: ['events:view'] } as const;
  const { token } = await app.client.call('createMyToken', { body: { ...body, rights: [...body.rights] } });
  const stored = async () => {
    // Its state since the start is not stored.
    const { health: _, ...rest } = await app.client.call('getConnection', { params: { id: connection.id } });
    return rest;
  };
  const read = async () => ({
    connection: await stored(),
    action: await app.client.call('getAction', { params: { id: action.id } }),
    delivery: await app.client.call('getDelivery', { params: { id: delivery.id } }),
    audit: (await app.client.call('listAudit', { query: { limit: 3 } })).data,
  });
  const before = await read();
  await app.restart();
  assert.deepEqual(await read(), before);
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await fetch(`${app.url}/api/v1/events`, { headers })).status, 200);
  await deliver({ 'wt.ev': '$Purchase' });
  assert.deepEqual(
    receiver.requests.map((request) => request.headers.authorization),
    ['Bearer a-secret-token', 'Bearer a-secret-token'],
  );
  assert.deepEqual(await readdir(app.dir), []);
});

test('a second node serves with the first one, and takes over when it leaves', async () => {
  await using receiver = await startReceiver();
  const env = await newDatabase('shared');
  await using second = await (async () => {
    await using first = await startTestApp(env);
    await using stack = new AsyncDisposableStack();
    const other = stack.use(await startTestApp({ ...env, MILLRACE_NODE_NAME: 'b' }));
    const { send } = await wire(first, receiver);
    const [id = ''] = await send({});
    await deliveryOf(other, id);
    const { database, nodes } = await other.client.call('getNodes');
    assert.deepEqual([database.engine, nodes.map(({ name }) => name).sort()], ['postgresql', ['a', 'b']]);
    await eventually('one node to report what is of the database', async () => {
      const metrics = await Promise.all([first, other].map(async (app) => (await app.fetch('/metrics')).text()));
      const shared = [/^millrace_storage_bytes \d/m, /^millrace_connections\{state="ok"\} 1$/m];
      return shared.every((one) => metrics.filter((text) => one.test(text)).length === 1) || null;
    });
    stack.move();
    return other;
  })();
  await eventually('the second node to own all partitions', async () => {
    const { nodes } = await second.client.call('getNodes');
    return nodes.every(({ name, partitions }) => name === 'b' && partitions === 4) || null;
  });
  const { deliver } = await wire(second, receiver);
  await deliver({});
});

test('every connection of a node has its name, by which the next owner ends those of a stopped one', async () => {
  const env = await newDatabase('named');
  const url = `${env.MILLRACE_DATABASE_URL}&application_name=other`;
  await using _app = await startTestApp({ ...env, MILLRACE_DATABASE_URL: url, MILLRACE_NODE_NAME: 'north' });
  await using admin = openPostgres({ url: server.url('named'), node: 'test' });
  const names = await admin.read(
    `SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = 'named' AND application_name <> 'millrace test'`,
  );
  assert.deepEqual(names, [{ name: 'millrace north' }]);
});

test('a node whose key is not that of the database refuses to start, also without a stored secret', async () => {
  const env = await newDatabase('keyed');
  await (await startTestApp(env))[Symbol.asyncDispose]();
  await assert.rejects(startTestApp({ ...env, MILLRACE_SECRET_KEY: secretKey(2) }), /not among the secret keys/);
  await (await startTestApp({ ...env, MILLRACE_SECRET_KEY: `${secretKey(2)},${secretKey(1)}` }))[Symbol.asyncDispose]();
  await (await startTestApp({ ...env, MILLRACE_SECRET_KEY: secretKey(2) }))[Symbol.asyncDispose]();
  const { MILLRACE_SECRET_KEY: _, ...without } = env;
  await assert.rejects(startTestApp(without), /MILLRACE_DATABASE_URL needs MILLRACE_SECRET_KEY/);
});

test('a database that would lose commits is refused, and one that is not there is named as the cause', async () => {
  const env = await newDatabase('unsafe');
  const url = (options: string) => ({ MILLRACE_DATABASE_URL: `${env.MILLRACE_DATABASE_URL}&options=${options}` });
  await assert.rejects(
    startTestApp({ ...env, ...url('-c%20synchronous_commit%3Doff') }),
    /^Error: PostgreSQL: synchronous_commit is off/,
  );
  await assert.rejects(
    startTestApp({ ...env, MILLRACE_DATABASE_URL: server.url('none') }),
    /^Error: PostgreSQL can't be asked: database "none" does not exist$/,
  );
});

test('no request reaches the database, whatever the operator allows', async () => {
  await using app = await startTestApp(await newDatabase('unreachable'));
  const made = app.client.call('createConnection', { body: { name: 'db', baseUrl: 'http://localhost:5432' } });
  await assert.rejects(made, { code: 'blocked_address', message: /it is an address of the database of this server/ });
});

test('after an erasure no node shows an example of the visitor, also one that has read it from the database', async () => {
  const env = await newDatabase('examples');
  const mail = 'mara@shop.example';
  {
    await using before = await startTestApp(env);
    const { key } = await before.client.call('createCollector', { body: { name: 'web' } });
    await sendEvents(before, key, { 'wt.dcsvid': 'mara', plan: mail });
    const isKnown = async () => (await examples(before)).length > 0;
    await eventually('the example', isKnown);
  }
  await using a = await startTestApp(env);
  await using b = await startTestApp({ ...env, MILLRACE_NODE_NAME: 'b' });
  for (const app of [a, b]) assert.equal((await examples(app)).length, 1);
  const { id } = await a.client.call('eraseVisitor', { body: { visitorId: 'mara' } });
  await eventually('the erasure to be done', async () => {
    const erasure = await b.client.call('getErasure', { params: { id: id ?? '' } });
    return erasure.state === 'done';
  });
  for (const app of [a, b]) assert.deepEqual(await examples(app), []);
});

async function examples({ client }: TestApp): Promise<string[]> {
  const { data } = await client.call('listParameters', { query: { limit: 200 } });
  return data.find(({ name }) => name === 'plan')?.examples ?? [];
}
