import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Overrides, startApp } from '../../src/app.ts';
import type { Client } from '../../src/client/client.ts';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, adminToken, environment, spawnProcess } from '../support/process.ts';
import { smallDisks } from '../support/small-disk.ts';
import { startRecorder } from './recorder.ts';
import { allDeliveries, untilFinished, wire } from './wiring.ts';

const MiB = 2 ** 20;
/** Text that compression hardly shortens. */
const noise = (length: number) => randomBytes(length / 2).toString('hex');

async function start(dir: string, env: Record<string, string>, overrides: Overrides) {
  const settings = { ...environment(dir), MILLRACE_LOG_LEVEL: 'silent', MILLRACE_SHUTDOWN_MS: '1000', ...env };
  const app = await startApp(loadConfig({ flags: {}, env: settings, now: Date.now() }), overrides);
  return { app, url: app.url, client: adminClient(app.url), [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** Sends one event; returns its id, or null when intake properly responds that storage is full. */
async function send(url: string, text = ''): Promise<string | null> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ events: [{ 'wt.ev': 'e', text }] }) });
  const body = (await response.json()) as { ids?: string[]; code?: string }; // what intake answers
  if (response.status === 200) return body.ids?.[0] ?? '';
  assert.deepEqual([response.status, body.code], [503, 'storage_full']);
  assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
  return null;
}

test('below the disk reserve intake responds 503, deliveries continue, and intake recovers when there is space', async () => {
  using folder = temporaryFolder();
  const held: ServerResponse[] = [];
  await using recorder = await startRecorder((response) => void held.push(response));
  let free = 100 * MiB;
  const env = { MILLRACE_DISK_RESERVE_BYTES: String(50 * MiB) };
  await using server = await start(folder.path, env, { freeBytes: () => free, spaceCheckMs: 0 });
  const { key } = await wire(server.client, recorder.url);
  const url = `${server.url}/v3/${key}`;
  const ids = [await send(url), await send(url)];
  await recorder.until(() => held.length === 2);
  free = 49 * MiB;
  assert.equal(await send(url), null);
  for (const response of held) response.end();
  await untilFinished(server.client);
  const deliveries = await allDeliveries(server.client);
  assert.deepEqual(
    deliveries.map((one) => [one.eventId, one.status]),
    ids.toReversed().map((id) => [id, 'delivered']),
  );
  assert.equal(await send(url), null);
  free = 51 * MiB;
  assert.notEqual(await send(url), null);
});

for (const disk of smallDisks())
  test(`with ${disk.name} intake responds 503, the server continues, and loses no acknowledged event`, {
    skip: disk.missing ?? false,
  }, async () => {
    using folder = temporaryFolder();
    await using recorder = await startRecorder();
    const env = { ...environment(folder.path), MILLRACE_DISK_RESERVE_BYTES: '0', MILLRACE_SHUTDOWN_MS: '1000' };
    await using limited = spawnProcess(env, ['start'], { under: disk.command(folder.path) });
    const root = await limited.listening;
    const { key } = await wire(adminClient(root), recorder.url);
    const seen = disk.seen(limited.pid, folder.path);
    const ballast = seen === null ? null : join(seen, 'ballast');
    if (ballast !== null) writeFileSync(ballast, Buffer.alloc(4.5 * MiB));
    const ids: string[] = [];
    const problems = async (headers = {}): Promise<Record<string, string>> => {
      const body = (await (await fetch(`${root}/readyz?verbose`, { headers })).json()) as {
        problems?: Record<string, string>; // see the contract
      };
      return body.problems ?? {};
    };
    let refused = 0;
    const fill = async () => {
      const id = await send(`${root}/v3/${key}`, noise(200_000));
      if (id === null) refused += 1;
      else ids.push(id);
      return 'storage_checkpoint' in (await problems());
    };
    await eventually('the log to find no room in the database', fill, { state: () => limited.stdout().slice(-1_000) });
    const { storage_checkpoint: shown } = await problems();
    assert.equal(shown, "The write-ahead log can't be moved into the database.");
    const { storage_checkpoint: whole } = await problems({ authorization: `Bearer ${adminToken}` });
    assert.match(whole ?? '', /^The write-ahead log can't be moved into the database: .+\.$/);
    assert.ok(refused > 0 && ids.length > 0, `${ids.length} events taken, ${refused} refused`);
    assert.equal((await fetch(`${root}/livez`)).status, 200);
    await adminClient(root).call('listDeliveries');
    if (ballast !== null) {
      rmSync(ballast);
      await eventually('storage to recover', async () => Object.keys(await problems()).length === 0);
      ids.push((await send(`${root}/v3/${key}`)) ?? assert.fail('refused although there is space'));
      await assertDelivered(adminClient(root), ids);
    }
    assert.equal((await limited.end('SIGTERM')).code, 0);
    if (ballast !== null) return; // its file system is removed with it
    await using free = spawnProcess(env);
    await assertDelivered(adminClient(await free.listening), ids);
  });

async function assertDelivered(client: Client, ids: readonly string[]) {
  await untilFinished(client);
  const delivered = (await allDeliveries(client)).filter((one) => one.status === 'delivered');
  const eventIds = new Set(delivered.map((one) => one.eventId));
  assert.deepEqual(
    ids.filter((id) => !eventIds.has(id)),
    [],
  );
}

test('at the size limit with only unfinished deliveries intake responds 503; none is removed and all are delivered', async () => {
  using folder = temporaryFolder();
  await using recorder = await startRecorder();
  const env = { MILLRACE_RETENTION_BYTES: String(16 * MiB) };
  await using server = await start(folder.path, env, { retentionEveryMs: 100 });
  const { client } = server;
  const { key, destinationId } = await wire(client, recorder.url);
  await client.call('changeDestination', { params: { id: destinationId }, body: { status: 'paused' } });
  const url = `${server.url}/v3/${key}`;
  const ids: string[] = [];
  const sendMore = async () => {
    const id = await send(url, noise(500_000));
    if (id !== null) ids.push(id);
    return id === null;
  };
  await eventually('intake to be full', sendMore);
  assert.ok(ids.length > 30, `${ids.length} events of 0.5 MB`);
  assert.equal((await allDeliveries(client)).length, ids.length);
  await client.call('changeDestination', { params: { id: destinationId }, body: { status: 'enabled' } });
  await recorder.until(() => recorder.byKey.size === ids.length);
  // Delivered events can be removed: retention makes room.
  await eventually('intake to accept events again', async () => !(await sendMore()));
});
