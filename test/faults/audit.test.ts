import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { verifyFile } from '../../src/audit/sqlite/verify-file.ts';
import type { Client } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { sendEvents } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, runProcess, spawnProcess } from '../support/process.ts';
import { startRecorder } from './recorder.ts';
import { allDeliveries, wire } from './wiring.ts';

/** The result of the request, or null when the server was killed during it. */
async function orDead<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch(() => null);
}

/** How many entries of these acts each object has, by id. */
async function toldOf(client: Client, kind: 'connection' | 'delivery', acts: readonly string[]) {
  const counts = new Map<string, number>();
  for await (const { id, act, result } of client.list('listAudit', { query: { kind, limit: 200 } }))
    if (id !== null && result === 'done' && acts.includes(act)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

test('after kill -9 each change and each act has its entry, and no entry is without its change', async () => {
  using folder = temporaryFolder();
  const env = environment(folder.path);
  await using recorder = await startRecorder();
  const acknowledged = new Map<string, number>();
  const cancelled = new Set<string>();
  for (const upMs of [0, 100]) {
    await using server = spawnProcess(env);
    const url = await server.listening;
    const client = adminClient(url);
    const { destinationId, key } = await wire(client, recorder.url);
    await client.call('changeDestination', { params: { id: destinationId }, body: { status: 'paused' } });
    await sendEvents({ url, client }, key, ...Array.from({ length: 30 }, (_, i) => ({ n: String(i), upMs })));
    const held = await eventually('the deliveries to be held', async () => {
      const found = await allDeliveries(client, { destinationId });
      return found.length === 30 ? found : null;
    });
    let isOver = false;
    const change = async (worker: number) => {
      for (let i = 0; !isOver; i++) {
        const body = { name: `${upMs}/${worker}/${i}`, baseUrl: recorder.url };
        const made = await orDead(client.call('createConnection', { body }));
        if (made === null) return;
        acknowledged.set(made.id, 1);
        const params = { id: made.id };
        if ((await orDead(client.call('changeConnection', { params, body: { status: 'paused' } }))) === null) return;
        acknowledged.set(made.id, 2);
      }
    };
    const cancel = async () => {
      for (const { id } of held) {
        if ((await orDead(client.call('cancelDelivery', { params: { id } }))) === null) return;
        cancelled.add(id);
      }
    };
    const work = [change(1), change(2), change(3), cancel()];
    await eventually('a change and a cancellation', () => acknowledged.size > 0 && cancelled.size > 0);
    await after(upMs);
    await server.end('SIGKILL');
    isOver = true;
    await Promise.all(work);
    assert.equal(verifyFile(folder.path).ok, true);
  }

  await using server = spawnProcess(env);
  const client = adminClient(await server.listening);
  const made = await toldOf(client, 'connection', ['create', 'change']);
  let versions = 0;
  for await (const { id, version } of client.list('listConnections', { query: { limit: 200 } })) {
    assert.equal(made.get(id), version, `connection ${id} has as many entries as versions`);
    assert.ok(version >= (acknowledged.get(id) ?? 0));
    versions += version;
  }
  assert.equal(
    [...made.values()].reduce((sum, count) => sum + count, 0),
    versions,
    'no entry is without its change',
  );
  const ended = await toldOf(client, 'delivery', ['cancel']);
  for (const { id, status } of await allDeliveries(client))
    assert.equal(ended.get(id) ?? 0, status === 'cancelled' ? 1 : 0, `delivery ${id} is ${status}`);
  const verified = await runProcess(env, ['audit', 'verify']);
  assert.deepEqual([verified.code, verified.stderr], [0, '']);
  assert.match(verified.stdout, /^ok: \d+ entries from number 1, head \d+:[0-9a-f]{64}\n$/);
  assert.ok(cancelled.size > 0 && [...cancelled].every((id) => ended.has(id)));
});
