import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { type Circumstances, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment } from '../support/process.ts';
import { startRecorder } from './recorder.ts';
import { allDeliveries, untilFinished, wire } from './wiring.ts';

const MiB = 2 ** 20;
/** Text that no compression makes much smaller. */
const noise = (length: number) => randomBytes(length / 2).toString('hex');

async function start(dir: string, env: Record<string, string>, circumstances: Circumstances) {
  const settings = { ...environment(dir), MILLRACE_LOG_LEVEL: 'silent', MILLRACE_SHUTDOWN_MS: '1000', ...env };
  const app = await startApp(loadConfig({ flags: {}, env: settings, now: Date.now() }), circumstances);
  return { app, url: app.url, client: adminClient(app.url), [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** Sends one event; answers its id, or null when intake said, with all manners, that storage is full. */
async function send(url: string, text = ''): Promise<string | null> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ events: [{ 'wt.ev': 'e', text }] }) });
  const body = (await response.json()) as { ids?: string[]; code?: string }; // what intake answers
  if (response.status === 200) return body.ids?.[0] ?? '';
  assert.deepEqual([response.status, body.code], [503, 'storage_full']);
  assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
  return null;
}

test('under the disk reserve intake answers 503, deliveries go on, and space lets events in again by itself', async () => {
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

test('a disk that is really full refuses intake with 503, loses nothing acknowledged, and a stop still ends', async () => {
  using folder = temporaryFolder();
  await using recorder = await startRecorder();
  const ids: string[] = [];
  {
    await using server = await start(folder.path, {}, { pagesMax: 400 });
    const { key } = await wire(server.client, recorder.url);
    const url = `${server.url}/v3/${key}`;
    for (let id: string | null = ''; id !== null; ) {
      id = await send(url, noise(20_000));
      if (id !== null) ids.push(id);
    }
    assert.ok(ids.length > 0);
    assert.equal((await fetch(`${server.url}/livez`)).status, 200);
    await server.client.call('listDeliveries');
  }
  await using server = await start(folder.path, {}, {});
  await untilFinished(server.client);
  const delivered = new Set(
    (await allDeliveries(server.client)).filter((one) => one.status === 'delivered').map((one) => one.eventId),
  );
  assert.deepEqual(
    ids.filter((id) => !delivered.has(id)),
    [],
  );
});

test('at the size limit with only unfinished deliveries intake answers 503; none is removed and all are delivered', async () => {
  using folder = temporaryFolder();
  await using recorder = await startRecorder();
  const env = { MILLRACE_RETENTION_BYTES: String(16 * MiB) };
  await using server = await start(folder.path, env, { upkeepEveryMs: 100 });
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
  await eventually('intake to be full', sendMore, { timeoutMs: 20_000 });
  assert.ok(ids.length > 30, `${ids.length} events of 0.5 MB`);
  assert.equal((await allDeliveries(client)).length, ids.length);
  await client.call('changeDestination', { params: { id: destinationId }, body: { status: 'enabled' } });
  await recorder.until(() => recorder.byKey.size === ids.length);
  // What is delivered may go: retention makes room by itself.
  await eventually('intake to take events again', async () => !(await sendMore()), { timeoutMs: 20_000 });
});
