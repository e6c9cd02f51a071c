import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startLoad } from '../../bench/soak/load.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, runProcess, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';
import { smallDisks } from '../support/small-disk.ts';
import { allDeliveries, untilFinished } from './wiring.ts';

test('a backup under load restores elsewhere: all events acknowledged before it are there and delivered; the key is not included', async () => {
  using target = temporaryFolder();
  using fresh = temporaryFolder();
  const copy = join(target.path, 'copy.db');
  await using receiver = await startReceiver();
  const load = startLoad({ senders: 2, batchMax: 10, random: seededRandom(8) });
  let before: string[];
  {
    await using app = await startTestApp();
    const { collector } = await wire(app, receiver, {
      connection: { auth: { type: 'bearer', token: 'sealed-token' } },
      action: { rules: { all: [] } },
    });
    load.aim(`${app.url}/v3/${collector.key}`);
    await eventually('some load', () => receiver.requests.length >= 20);
    before = load.sent.flatMap(({ ids }) => ids ?? []);
    const made = await runProcess(environment(app.dir), ['backup', copy]);
    assert.deepEqual([made.code, made.stderr], [0, '']);
    await load.stop();
    assert.deepEqual(load.odd, []);
    assert.deepEqual(readdirSync(target.path), ['copy.db'], 'only the copy is left, and no key');
    assert.equal(statSync(copy).mode & 0o077, 0, 'other users of the machine have no access to the copy');
    copyFileSync(join(app.dir, 'secret.key'), join(target.path, 'kept-apart.key'));
  }
  const env = environment(fresh.path);
  assert.equal((await runProcess(env, ['restore', copy])).code, 0);
  const keyless = await runProcess(env, ['start']);
  assert.match(keyless.stderr, /^millrace: Stored secrets were sealed with key [^\n]+\n$/);
  copyFileSync(join(target.path, 'kept-apart.key'), join(fresh.path, 'secret.key'));

  await using server = spawnProcess(env);
  const client = adminClient(await server.listening);
  await untilFinished(client);
  const deliveries = await allDeliveries(client);
  assert.ok(deliveries.every((one) => one.status === 'delivered'));
  const events = deliveries.map((one) => one.eventId);
  assert.equal(new Set(events).size, events.length, 'one delivery for each event');
  assert.deepEqual(
    before.filter((id) => !events.includes(id)),
    [],
  );
  assert.ok(receiver.requests.every((one) => one.headers.authorization === 'Bearer sealed-token'));
});

test('a backup and a restore that do not fit on the disk are refused in one line and take no space', async () => {
  using folder = temporaryFolder();
  using target = temporaryFolder();
  using other = temporaryFolder();
  {
    await using server = spawnProcess(environment(folder.path));
    await server.listening;
    await server.end();
    using database = new DatabaseSync(join(folder.path, 'millrace.db'));
    // Larger than a file can be under the limit.
    database.exec('CREATE TABLE filling (x); INSERT INTO filling VALUES (randomblob(3000000))');
  }
  const limited = async (dir: string, ...args: string[]) => {
    const under =
      smallDisks()
        .find(({ name }) => name === 'a limit on the size of files')
        ?.command(dir) ?? [];
    await using run = spawnProcess(environment(dir), args, { under });
    return { ...(await run.exited), stderr: run.stderr() };
  };
  const copy = join(target.path, 'copy.db');
  const refused = await limited(folder.path, 'backup', copy);
  assert.match(
    refused.stderr,
    /^millrace: The disk is too full to write .*copy\.db: at least 4 MiB are needed, [^\n]+\n$/,
  );
  assert.equal(refused.code, 1);
  assert.deepEqual(readdirSync(target.path), []);
  assert.equal((await runProcess(environment(folder.path), ['backup', copy])).code, 0);
  const unrestored = await limited(other.path, 'restore', copy);
  assert.match(unrestored.stderr, /^millrace: The disk is too full to restore .*copy\.db: [^\n]+\n$/);
  assert.deepEqual(
    readdirSync(other.path).filter((name) => name.startsWith('millrace.db')),
    [],
  );
});

test('output that a full disk takes in part ends a command with an error, and a reader that ends early with none', async () => {
  using folder = temporaryFolder();
  const run = async (script: string) => {
    await using shell = spawnProcess(environment(folder.path), ['--help'], { under: ['sh', '-c', script, 'sh'] });
    return { ...(await shell.exited), stderr: shell.stderr() };
  };
  const file = join(folder.path, 'help.txt');
  const cut = await run(`ulimit -f 1 && "$@" > ${file}`);
  assert.match(cut.stderr, /^millrace: E[^\n]+\n$/);
  assert.equal(cut.code, 1);
  assert.deepEqual(await run(`"$@" > ${file}`), { code: 0, signal: null, stderr: '' });
  assert.ok(statSync(file).size > 1_024, 'more than the limit');
  assert.deepEqual(await run('"$@" | true'), { code: 0, signal: null, stderr: '' });
});

test('the doctor accepts a good folder and names the problems of a broken one, changing nothing', async () => {
  using folder = temporaryFolder();
  const env = environment(folder.path);
  {
    await using server = spawnProcess(env);
    await server.listening;
    const inUse = await runProcess(env, ['doctor']);
    assert.equal(inUse.code, 1);
    assert.match(inUse.stdout, /PROBLEM +lock .*in use by another Millrace/);
    assert.equal((await server.end()).code, 0);
  }
  const good = await runProcess(env, ['doctor']);
  assert.deepEqual([good.code, good.stderr], [0, ''], good.stdout);
  assert.doesNotMatch(good.stdout, /PROBLEM/);

  writeFileSync(join(folder.path, 'millrace.db'), 'not a database, but possibly important');
  writeFileSync(join(folder.path, 'secret.key'), 'no key');
  const before = digests(folder.path);
  const broken = await runProcess({ ...env, MILLRACE_DISK_RESERVE_BYTES: String(2 ** 40) }, ['doctor']);
  assert.equal(broken.code, 1);
  for (const check of ['database', 'key', 'disk']) assert.match(broken.stdout, new RegExp(`PROBLEM +${check} `));
  assert.deepEqual(digests(folder.path), before);

  rmSync(join(folder.path, 'secret.key'));
  await runProcess(env, ['doctor']);
  assert.ok(!existsSync(join(folder.path, 'secret.key')), 'the check creates no key');
});

function digests(dir: string): string[] {
  const names = readdirSync(dir).filter((name) => !name.startsWith('lock.db'));
  return names.map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex')}`,
  );
}
