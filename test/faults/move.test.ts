import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { migrate } from '../../src/postgres/migrate.ts';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { nodeDatabase } from '../support/node-database.ts';
import { adminClient, environment, runProcess, spawnProcess } from '../support/process.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { untilFinished, wire } from './wiring.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const password = 'a-password-of-the-database';
/** More than whole batches. */
const events = 110;
const records = 20;
const template = '{{! return JSON.stringify(it.data.map((one) => ({ n: one.n }))); }}';
const settings = { batch: { records, waitMs: 5_000 } };

/** Leaves a stopped server with deliveries of every kind: a replay is under way, a batch is not full, another one is to be repeated. */
async function fill(env: Record<string, string>, receiver: Receiver) {
  await using program = spawnProcess(env);
  const url = await program.listening;
  const client = adminClient(url);
  receiver.answer('/batch', { status: 503 }, { status: 200 });
  const plain = await wire(client, receiver.url);
  const batched = await wire(client, receiver.url, { destination: { path: '/batch', template, settings } });
  const held = await wire(client, receiver.url, { destination: { path: '/held' } });
  await client.call('changeConnection', { params: { id: held.connectionId }, body: { status: 'paused' } });
  const all = Array.from({ length: events }, (_, n) => ({ n, text: '\u0000 \ud800 ü' }));
  const response = await fetch(`${url}/v3/${plain.key}`, { method: 'POST', body: JSON.stringify({ events: all }) });
  assert.equal(response.status, 200);
  await untilFinished(client, { destinationId: plain.destinationId });
  await eventually('a batch', () => receiver.at('/batch').length > 1);
  const { id: replay } = (await client.call('createReplay', {
    body: { of: 'deliveries', filter: { destinationId: plain.destinationId }, only: 'all', ratePerSecond: 20 },
  })) as { id: string }; // without `plan`
  await eventually('the replay to send', () => receiver.at('/in').length > events);
  await program.end();
  return { plain, batched, held, replay };
}

/** Runs a move that can't read or write statistics, and kills it before its last tables. */
async function killed(env: Record<string, string>, to: string, database: string): Promise<void> {
  await using postgres = openPostgres({ url: database });
  await migrate(postgres);
  await postgres.transaction(async (query) => {
    await query('LOCK TABLE statistics IN ACCESS EXCLUSIVE MODE');
    await using moving = spawnProcess(env, ['move', '--to', to]);
    await eventually('the last tables', () => moving.stderr().includes(' erasures'), { state: moving.stderr });
    assert.equal((await moving.end('SIGKILL')).signal, 'SIGKILL');
  });
}

test('a move that is killed in the middle is repeated, there and back, and everything under way goes on', async () => {
  await using receiver = await startReceiver();
  using folder = temporaryFolder();
  const { MILLRACE_DATABASE_URL: database, ...key } = await nodeDatabase(server, 'killed_move');
  const from = { ...environment(join(folder.path, 'data')), ...key };
  const on = { ...environment(join(folder.path, 'none')), ...key, MILLRACE_DATABASE_URL: database };
  const { held, plain, batched, replay } = await fill(from, receiver);
  const to = database.replace('millrace@', `millrace:${password}@`);

  await killed(from, to, database);
  const refused = await runProcess(from, ['start']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /was moved to .+ If that move did not end, run it again; millrace move --undo/);
  const doctor = await runProcess(from, ['doctor']);
  assert.match(doctor.stdout, /was moved to/);
  const moved = await runProcess(from, ['move', '--to', to]);
  assert.equal(moved.code, 0, moved.stderr);
  assert.match(moved.stdout, new RegExp(`events +${events} `));
  const mark = readFileSync(join(folder.path, 'data/moved-to.json'), 'utf8');
  for (const { stdout, stderr } of [refused, doctor, moved, { stdout: mark, stderr: '' }])
    assert.doesNotMatch(stdout + stderr, new RegExp(password));

  {
    await using node = spawnProcess(on);
    const client = adminClient(await node.listening);
    await eventually('the replay', async () => {
      const { state } = await client.call('getReplay', { params: { id: replay } });
      return state === 'done';
    });
    assert.equal(receiver.at('/in').length, 2 * events);
    await untilFinished(client, { destinationId: batched.destinationId });
    const sent = receiver.at('/batch').flatMap(({ body }) => JSON.parse(body) as { n: number }[]);
    assert.equal(new Set(sent.map(({ n }) => n)).size, events);
    assert.equal(receiver.at('/held').length, 0);
    await node.end();
  }

  const back = join(folder.path, 'back');
  await killed(on, back, database);
  const there = await runProcess(on, ['start']);
  assert.match(there.stderr, /was moved to .+run it again/);
  const again = await runProcess(on, ['move', '--to', back]);
  assert.equal(again.code, 0, again.stderr);
  await using program = spawnProcess({ ...environment(back), ...key });
  const client = adminClient(await program.listening);
  await client.call('changeConnection', { params: { id: held.connectionId }, body: { status: 'enabled' } });
  await untilFinished(client);
  assert.equal(receiver.at('/held').length, events);
  const texts = receiver.at('/held').map(({ body }) => JSON.parse(body).text);
  assert.equal(new Set(texts).size, 1);
  assert.equal(texts[0].slice(0, 2), '\u0000 ');
  const { data } = await client.call('listDeliveries', {
    query: { destinationId: plain.destinationId, status: 'failed' },
  });
  assert.deepEqual(data, []);
});

test('a move into a database that is in use is refused, and the source is used on', async () => {
  using folder = temporaryFolder();
  const { MILLRACE_DATABASE_URL: database, ...key } = await nodeDatabase(server, 'used_target');
  const from = { ...environment(join(folder.path, 'data')), ...key };
  for (const env of [from, { ...environment(join(folder.path, 'none')), ...key, MILLRACE_DATABASE_URL: database }]) {
    await using program = spawnProcess(env);
    await adminClient(await program.listening).call('createCollector', { body: { name: 'Shop' } });
    await program.end();
  }
  const refused = await runProcess(from, ['move', '--to', database]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /has data already: name an empty one/);
  await using program = spawnProcess(from);
  assert.equal((await adminClient(await program.listening).call('listCollectors')).data.length, 1);
});
