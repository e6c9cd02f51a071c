import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { moveData, undoMove } from '../../src/move-data.ts';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { deliveryOf, reaches, sendEvents, startTestApp, type TestApp, testEnv, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const env = { MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'), MILLRACE_PARTITIONS: '40' };
const configOf = (more: Record<string, string>) =>
  loadConfig({ flags: {}, env: testEnv(more['MILLRACE_DATA_DIR'] ?? '', { ...env, ...more }), now: Date.now() });
const ignored = () => {};

async function newDatabase(name: string): Promise<string> {
  await using admin = openPostgres({ url: server.url('postgres') });
  await admin.read(`CREATE DATABASE ${name}`);
  return server.url(name);
}

/** What people see of everything that was moved. */
async function shownBy({ client }: TestApp) {
  const limit = { query: { limit: 200 } };
  const deliveries = (await client.call('listDeliveries', limit)).data;
  const connections = (await client.call('listConnections', limit)).data.map(({ health: _, ...rest }) => rest);
  return {
    connections,
    actions: (await client.call('listActions', limit)).data,
    events: (await client.call('listEvents', limit)).data,
    deliveries: await Promise.all(deliveries.map(({ id }) => client.call('getDelivery', { params: { id } }))),
    audit: (await client.call('listAudit', limit)).data,
    users: (await client.call('listUsers', limit)).data,
  };
}

test('all data moves to PostgreSQL and back: ids, history and logs are the same, and what waits is delivered once', async () => {
  await using receiver = await startReceiver();
  using folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const url = await newDatabase('moved');
  const source = { ...env, MILLRACE_DATA_DIR: dir };
  const target = { ...env, MILLRACE_DATABASE_URL: url, MILLRACE_NODE_NAME: 'a' };

  const auth = { type: 'bearer', token: 'a-secret-token' } as const;
  receiver.answer('/in', { status: 500 }, { status: 200 });
  const before = await (async () => {
    await using app = await startTestApp(source);
    const fine = await wire(app, receiver, { connection: { auth } });
    const [retried = ''] = await fine.send({ n: 1, eventId: 'retried' });
    await deliveryOf(app, retried, 'retrying');
    const [{ id = '' } = {}] = (await app.client.call('listDeliveries', { query: { eventId: retried } })).data;
    await app.client.call('retryDelivery', { params: { id } });
    await deliveryOf(app, retried);
    for (let n = 0; n < 20; n++) await fine.send({ n, eventId: `fine ${n}` });
    receiver.answer('/refused', { status: 400, body: 'no \u0000 such' });
    const refused = await wire(app, receiver, { destination: { path: '/refused' } });
    await refused.deliver({ n: 2 }, 'failed');
    const paused = await wire(app, receiver, { destination: { path: '/held' } });
    await app.client.call('changeConnection', { params: { id: paused.connection.id }, body: { status: 'paused' } });
    await paused.deliver({ n: 3 }, 'held');
    const [last = ''] = await fine.send({ n: 'last' });
    await deliveryOf(app, last);
    return { shown: await shownBy(app), fine, paused, refused };
  })();

  const there = await moveData(configOf(source), url, ignored);
  assert.equal(there.moved?.find(({ kind }) => kind === 'events')?.to.count, before.shown.events.length);
  await assert.rejects(startTestApp(source), /^Error: The data of .+ was moved to postgres:/);
  assert.equal((await moveData(configOf(source), url, ignored)).moved, null, 'it is complete');

  const sent = receiver.requests.length;
  const onPostgres = await (async () => {
    await using app = await startTestApp(target);
    const shown = await shownBy(app);
    assert.deepEqual(shown, before.shown);
    // One of before and one of now wait at the same connection.
    const { paused, fine, refused } = before;
    const [again = ''] = await sendEvents(app, paused.collector.key, { n: 4, wire: paused.connection.name });
    await deliveryOf(app, again, 'held');
    await app.client.call('changeConnection', { params: { id: paused.connection.id }, body: { status: 'enabled' } });
    await deliveryOf(app, again);
    const held = shown.deliveries.find(({ status }) => status === 'held');
    await reaches(app, held?.id ?? '', 'delivered');
    assert.equal(receiver.at('/held').length, 2);
    assert.equal(receiver.requests.length, sent + 2);
    // An event that was sent before is known, and a failed delivery is sent again under its id.
    await sendEvents(app, fine.collector.key, { n: 1, eventId: 'retried', wire: fine.connection.name });
    assert.equal((await app.client.call('listEvents', { query: { limit: 200 } })).data.length, shown.events.length + 1);
    receiver.answer('/refused', { status: 200 });
    const failed = shown.deliveries.find(({ connectionId }) => connectionId === refused.connection.id);
    await app.client.call('retryDelivery', { params: { id: failed?.id ?? '' } });
    await reaches(app, failed?.id ?? '', 'delivered');
    const other = await wire(app, receiver, { destination: { path: '/other' } });
    await other.deliver({ n: 5 });
    await app.client.call('changeConnection', { params: { id: other.connection.id }, body: { status: 'paused' } });
    await other.deliver({ n: 6, eventId: 'waits' }, 'held');
    return { shown: await shownBy(app), other };
  })();

  const back = join(folder.path, 'back');
  const config = configOf({ ...target, MILLRACE_DATA_DIR: dir });
  await moveData(config, back, ignored);
  await assert.rejects(startTestApp(target), /^Error: The data of this PostgreSQL database was moved to /);
  {
    await using app = await startTestApp({ ...source, MILLRACE_DATA_DIR: back });
    const { other, shown } = onPostgres;
    assert.deepEqual(await shownBy(app), shown);
    await app.client.call('changeConnection', { params: { id: other.connection.id }, body: { status: 'enabled' } });
    const held = shown.deliveries.find(({ status }) => status === 'held');
    await reaches(app, held?.id ?? '', 'delivered');
    const { length } = (await app.client.call('listEvents', { query: { limit: 200 } })).data;
    await sendEvents(app, other.collector.key, { n: 6, eventId: 'waits', wire: other.connection.name });
    await sendEvents(app, before.fine.collector.key, { n: 1, eventId: 'retried', wire: before.fine.connection.name });
    const { data } = await app.client.call('listEvents', { query: { limit: 200 } });
    assert.equal(data.length, length, 'identities are known on both ways');
    const [last = ''] = await sendEvents(app, other.collector.key, { n: 7, wire: other.connection.name });
    await deliveryOf(app, last);
    assert.equal(receiver.at('/other').length, 3);
  }

  assert.equal(await undoMove(config), back);
  await using again = await startTestApp(target);
  assert.deepEqual(await shownBy(again), onPostgres.shown);
});

test('a node that starts while its database is moved takes nothing, and a later start leaves the tables as they are', async () => {
  using folder = temporaryFolder();
  const own = { MILLRACE_DATABASE_URL: await newDatabase('begun'), MILLRACE_NODE_NAME: 'a' };
  await (await startTestApp({ ...env, ...own }))[Symbol.asyncDispose]();
  {
    await using storage = await openStorage(configOf(own), { nodeName: 'b' });
    await moveData(configOf(own), join(folder.path, 'data'), ignored);
    const { leases } = storage.journal.hot;
    await leases.beat({ node: 'b', ttlMs: 1_500, isLeaving: false, now: 0 });
    await assert.rejects(leases.take({ node: 'b', partitions: [0], now: 0 }), /was moved to .*data/);
    await leases.leave('b', []);
  }
  await using postgres = openPostgres({ url: own.MILLRACE_DATABASE_URL });
  const [before] = await postgres.read('UPDATE schema_version SET version = version - 1 RETURNING version');
  await assert.rejects(startTestApp({ ...env, ...own }), /was moved to .*data/);
  assert.deepEqual(await postgres.read('SELECT version FROM schema_version'), [before]);
});
