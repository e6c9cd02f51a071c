import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Driven, deliveryOf, reaches, shows, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';

const askHour = { headers: { 'Retry-After': '3600' } };

test('the pause that a system asked for survives kill -9, and the API says until when', async () => {
  await using receiver = await startReceiver();
  const dir = await mkdtemp(join(tmpdir(), 'millrace-pauses-'));
  await using started = new AsyncDisposableStack();
  started.defer(() => rm(dir, { recursive: true, force: true }));
  const start = async () => {
    const server = started.use(spawnProcess(environment(dir)));
    const url = await server.listening;
    return { server, driven: { url, client: adminClient(url) } };
  };
  const { server, driven } = await start();
  const wired = await wire(driven, receiver);
  const params = { id: wired.connection.id };
  receiver.answer('/in', { status: 429, ...askHour });
  await wired.deliver({ n: 1 }, 'retrying');
  const waitsUntil = async (one: Driven) => (await one.client.call('getConnection', { params })).health.waitsUntil;
  const before = await waitsUntil(driven);
  assert.ok(Date.parse(before ?? '') > Date.now() + 3_500_000, String(before));
  await server.end('SIGKILL');

  const again = (await start()).driven;
  receiver.answer('/in', {});
  assert.equal(await waitsUntil(again), before);
  // A node on PostgreSQL takes over what the killed one had when its heartbeat has ended.
  const response = await eventually('the intake to accept', async () => {
    const tried = await fetch(`${again.url}/v3/${wired.collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: [{ wire: wired.action.name }] }),
    });
    return tried.ok ? tried : null;
  });
  const { ids } = (await response.json()) as { ids: string[] }; // what the intake answers
  const waiting = await deliveryOf(again, ids[0] ?? '', 'pending');
  assert.match(String(waiting.detail), /^The system asked for a pause of its connection: waits for about 3[56]\d\d s/);
  assert.equal(receiver.requests.length, 1);
  await again.client.call('probeConnection', { params });
  await reaches(again, waiting.id, 'delivered');
  assert.equal(await waitsUntil(again), null);
});

const acts: Record<
  string,
  (app: Driven, of: { connection: string; destination: string; delivery: string }) => unknown
> = {
  'Check now': ({ client }, { connection }) => client.call('probeConnection', { params: { id: connection } }),
  'Send now': ({ client }, { connection }) => client.call('releaseConnection', { params: { id: connection } }),
  'a retry': ({ client }, { delivery }) =>
    client.call('retryDelivery', { params: { id: delivery }, body: { render: false } }),
  'a test that is delivered': ({ client }, { destination }) =>
    client.call('testDestination', { params: { id: destination }, body: { data: [{}] } }),
};

for (const [name, act] of Object.entries(acts))
  for (const status of [429, 503])
    test(`${name} ends the pause that ${status} asked for`, async () => {
      await using receiver = await startReceiver();
      await using app = await startTestApp();
      const wired = await wire(app, receiver);
      receiver.answer('/in', { status, ...askHour });
      const refused = await wired.deliver({ n: 1 }, 'retrying');
      await shows(
        app,
        refused.id,
        'wait',
        ({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') > Date.now() + 3_500_000,
      );
      const { id: delivery } = await wired.deliver({ n: 2 }, 'pending');
      assert.equal(receiver.requests.length, 1);
      receiver.answer('/in', {});
      await act(app, { connection: wired.connection.id, destination: wired.destination.id, delivery });
      for (const id of [delivery, refused.id]) await reaches(app, id, 'delivered');
    });

const tokenActs: typeof acts = {
  ...acts,
  'a connection test that succeeds': async ({ client }, { connection }) => {
    const { ok } = await client.call('testConnection', { params: { id: connection } });
    assert.ok(ok);
  },
  'another client secret': ({ client }, { connection }) =>
    client.call('changeConnection', { params: { id: connection }, body: { auth: { clientSecret: 'other' } } }),
  'the same connection, paused and resumed': async ({ client }, { connection }) => {
    for (const status of ['paused', 'enabled'] as const)
      await client.call('changeConnection', { params: { id: connection }, body: { status } });
  },
};
// During the pause it requests no token.
delete tokenActs['a test that is delivered'];

for (const [name, act] of Object.entries(tokenActs))
  test(`${name} ends the pause that a token endpoint asked for`, async () => {
    await using receiver = await startReceiver();
    await using tokens = await startTokenServer();
    await using app = await startTestApp();
    const auth = { type: 'oauth2', grant: 'client_credentials', clientId: 'c', clientSecret: 's' } as const;
    const settings = { retry: { scheduleMs: [0, 200] } };
    const wired = await wire(app, receiver, {
      connection: { auth: { ...auth, accessTokenUrl: tokens.url }, settings },
    });
    tokens.answer({ status: 429, body: 'busy', ...askHour });
    const refused = await wired.deliver({ n: 1 }, 'retrying');
    const { id: delivery } = await wired.deliver({ n: 2 }, 'pending');
    await shows(app, delivery, 'say why it waits', ({ detail }) => /token request/.test(String(detail)));
    const params = { id: wired.connection.id };
    const waits = async () => (await app.client.call('getConnection', { params })).health.waitsUntil;
    assert.ok(Date.parse((await waits()) ?? '') > Date.now() + 3_500_000);
    tokens.answer({});
    await act(app, { connection: wired.connection.id, destination: wired.destination.id, delivery });
    for (const id of [delivery, refused.id]) await reaches(app, id, 'delivered');
    await eventually('the pause to be over', async () => (await waits()) === null);
  });
