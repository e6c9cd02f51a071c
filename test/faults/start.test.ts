import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, globSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { latestVersion } from '../../src/sqlite/migrate.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { checkKeys } from '../../src/storage/key-check.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, runProcess, spawnProcess } from '../support/process.ts';
import { smallDisks } from '../support/small-disk.ts';

/** A data folder of a stopped server, with a sealed secret. */
const good = temporaryFolder();

before(async () => {
  await using server = spawnProcess(environment(good.path));
  const client = adminClient(await server.listening);
  await client.call('createConnection', {
    body: { name: 'CRM', baseUrl: 'https://crm.example', auth: { type: 'bearer', token: 'sealed-in-the-folder' } },
  });
  assert.equal((await server.end()).code, 0);
});
after(() => good[Symbol.dispose]());

const database = 'millrace.db';

type Refusal = {
  of: string;
  spoil?: (dir: string) => void;
  env?: Record<string, string>;
  says: RegExp;
};

const refusals: Refusal[] = [
  {
    of: 'a database file with garbage',
    spoil: (dir) => writeFileSync(join(dir, database), 'not a database, but possibly important'),
    says: /is not a Millrace database/,
  },
  {
    of: 'a truncated database',
    spoil: (dir) => writeFileSync(join(dir, database), readFileSync(join(dir, database)).subarray(0, 10_000)),
    says: /is damaged/,
  },
  {
    of: 'a database with corrupt tables',
    spoil: (dir) => {
      const bytes = readFileSync(join(dir, database));
      writeFileSync(join(dir, database), bytes.fill(0xa5, 100, bytes.length));
    },
    says: /is damaged/,
  },
  {
    of: 'a SQLite database of another program',
    spoil: (dir) => {
      rmSync(join(dir, database));
      using other = new DatabaseSync(join(dir, database));
      other.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    },
    says: /is a database of another program/,
  },
  {
    of: 'a schema of a newer version',
    spoil: (dir) => {
      using newer = new DatabaseSync(join(dir, database));
      newer.exec('PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)');
    },
    says: /newer Millrace \(schema 999/,
  },
  { of: 'a lost sealing key', spoil: (dir) => rmSync(join(dir, 'secret.key')), says: /sealed with .*key/ },
  {
    of: 'another sealing key',
    env: { MILLRACE_SECRET_KEY: randomBytes(32).toString('base64') },
    says: /sealed with .*key/,
  },
  {
    of: 'a key file without a key',
    spoil: (dir) => writeFileSync(join(dir, 'secret.key'), 'c2hvcnQ=\n'),
    says: /secret\.key does not contain a key/,
  },
];

/** Makes the database one that a start would upgrade: of an older version, by its number. */
function age(dir: string) {
  using older = new DatabaseSync(join(dir, database));
  older.exec(`PRAGMA user_version = ${latestVersion() - 1}; PRAGMA wal_checkpoint(TRUNCATE)`);
}

for (const refusal of refusals.filter(({ says }) => /key/.test(says.source)))
  refusals.push({
    ...refusal,
    of: `${refusal.of}, before the upgrade of an older database`,
    spoil(dir) {
      refusal.spoil?.(dir);
      age(dir);
    },
  });

test('before an upgrade, the key of each secret and of each refresh token is asked for, and the right one is enough', () => {
  using folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  const file = join(folder.path, database);
  const config = { dataDir: folder.path, secretKey: null };
  checkKeys(file, config);
  {
    using changed = new DatabaseSync(file);
    changed.exec(`INSERT INTO note VALUES ('refresh_token/con_1', '{"text":{"$secret":"0123456789ab.AAAA"}}')`);
  }
  assert.throws(() => checkKeys(file, config), /sealed with key 0123456789ab/);
});

for (const { of, spoil = () => {}, env = {}, says } of refusals)
  test(`a start on ${of} is refused in one sentence and changes no file`, async () => {
    using folder = temporaryFolder();
    cpSync(good.path, folder.path, { recursive: true });
    spoil(folder.path);
    const before = filesOf(folder.path);
    const config = loadConfig({ flags: {}, env: { ...environment(folder.path), ...env }, now: Date.now() });
    await assert.rejects(startApp(config), (error: Error) => {
      assert.match(error.message, says);
      return !error.message.includes('\n');
    });
    const after = filesOf(folder.path);
    assert.deepEqual(new Map([...before.keys()].map((name) => [name, after.get(name)])), before);
    // A new key in place of a lost one would hide the loss.
    if (!before.has('secret.key')) assert.ok(!after.has('secret.key'));
  });

test('a refused start writes one line to stderr, without a stack, and has its own exit code', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, database), 'not a database, but possibly important');
  assertRefused(await runProcess(environment(folder.path), ['start']), /is not a Millrace database/);
});

test('an upgrade that does not fit on the disk is refused in one line, and takes no space', async () => {
  using folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  {
    using older = new DatabaseSync(join(folder.path, database));
    // Larger than a file can be there.
    older.exec('CREATE TABLE filling (x); INSERT INTO filling VALUES (randomblob(3000000))');
    older.exec('PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)');
  }
  const before = filesOf(folder.path);
  const disk = smallDisks().find(({ name }) => name === 'a limit on the size of files');
  await using limited = spawnProcess(environment(folder.path), ['start'], { under: disk?.command(folder.path) ?? [] });
  const exit = await limited.exited;
  assertRefused(
    { ...exit, stdout: limited.stdout(), stderr: limited.stderr() },
    /The disk is too full to upgrade .* MiB are free/,
  );
  assert.deepEqual(filesOf(folder.path), before);
});

test('a second server on one data folder is refused in one line; the first continues', async () => {
  using folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  await using first = spawnProcess(environment(folder.path));
  const client = adminClient(await first.listening);
  assertRefused(await runProcess(environment(folder.path), ['start']), /is in use by another Millrace/);
  await client.call('createCollector', { body: { name: 'Still there' } });
  assert.equal((await first.end()).code, 0);
});

test('a start on a port in use is refused in one line and names the remedy', async () => {
  using folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  const before = filesOf(folder.path);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo; // a listening TCP server has one
  const ended = await runProcess({ ...environment(folder.path), MILLRACE_PORT: String(port) }, ['start']);
  await new Promise((resolve) => other.close(resolve));
  assertRefused(ended, new RegExp(`127\\.0\\.0\\.1:${port} is in use; choose another port with --port`));
  assert.deepEqual(filesOf(folder.path).get(database)?.length, before.get(database)?.length);
});

test('a bad setting is refused in one line that names it, shows no secret and opens nothing', async () => {
  using folder = temporaryFolder();
  const bad = {
    MILLRACE_PORT: '99999',
    MILLRACE_RETENTION_DAYS: 'forever',
    MILLRACE_SECRET_KEY: 'dG9vLXNob3J0LWJ1dC1zZWNyZXQ=',
    MILLRACE_ADMIN_TOKEN: 'short-secret',
    MILLRACE_LOG_LEVEL: 'loud',
    MILLRACE_DATABASE_URL: 'mysql://user:secret-password@db/x',
  };
  for (const [name, value] of Object.entries(bad)) {
    const env = { ...environment(folder.path), [name]: value };
    assert.throws(
      () => loadConfig({ flags: {}, env, now: Date.now() }),
      ({ message }: Error) => message.includes(name) && !message.includes('\n') && !/secret|dG9v/.test(message),
    );
  }
  const env = { ...environment(folder.path), MILLRACE_SECRET_KEY: bad.MILLRACE_SECRET_KEY };
  const ended = await runProcess(env, ['start']);
  assertRefused(ended, /MILLRACE_SECRET_KEY/);
  assert.doesNotMatch(ended.stderr, /dG9v/);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("an allow-list that can't be parsed is refused before anything is opened", async () => {
  using folder = temporaryFolder();
  const env = { ...environment(folder.path), MILLRACE_EGRESS_ALLOW: '10.0.0.0/99' };
  const ended = await runProcess(env, ['start']);
  assertRefused(ended, /MILLRACE_EGRESS_ALLOW/);
  assert.equal(ended.code, 2, 'as for every wrong setting');
  assert.deepEqual(readdirSync(folder.path), []);
});

function assertRefused({ code, stderr, stdout }: Awaited<ReturnType<typeof runProcess>>, says: RegExp) {
  assert.match(stderr, says);
  assert.match(stderr, /^millrace: [^\n]+\n$/, 'one line');
  assert.doesNotMatch(stderr, /\n\s+at /);
  assert.ok(code !== 0 && code !== null, `exit code ${code}`);
  assert.equal(stdout, '');
}

/** The bytes of each file, as digests, without the lock file. */
function filesOf(dir: string): Map<string, string> {
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(dir, name)))
      .digest('hex');
  const names = readdirSync(dir).filter((name) => !name.startsWith('lock.db'));
  return new Map(names.sort().map((name) => [name, digest(name)]));
}

test('the code that a start compiled is cached for the next one, although the process was killed', async () => {
  using dir = temporaryFolder();
  const compiled = join(dir.path, 'compiled');
  const keptBytes = () =>
    globSync('**/*', { cwd: compiled }).reduce((sum, path) => sum + statSync(join(compiled, path)).size, 0);
  await using server = spawnProcess({ ...environment(dir.path), NODE_COMPILE_CACHE: compiled });
  await server.listening;
  await eventually('compiled code', () => keptBytes() > 1024 * 1024, { state: keptBytes });
  assert.equal((await server.end('SIGKILL')).signal, 'SIGKILL');
});

test('a start behind a trusted proxy without the public URL warns that cookies may not be Secure', async () => {
  const warned = async (env: Record<string, string>) => {
    using folder = temporaryFolder();
    await using server = spawnProcess({ ...environment(folder.path), ...env });
    await server.listening;
    assert.equal((await server.end()).code, 0);
    return server
      .stdout()
      .split('\n')
      .filter((line) => line.includes('MILLRACE_PUBLIC_URL')).length;
  };
  const proxies = { MILLRACE_TRUSTED_PROXIES: '192.0.2.1' };
  assert.equal(await warned(proxies), 1);
  assert.equal(await warned({ ...proxies, MILLRACE_PUBLIC_URL: 'https://millrace.example' }), 0);
});

test('a start says when the limit of open files is too low', { skip: process.platform !== 'linux' }, async () => {
  using folder = temporaryFolder();
  const under = ['sh', '-c', 'ulimit -n 2000; exec "$@"', 'sh'];
  const env = { ...environment(folder.path), MILLRACE_LOG_LEVEL: 'info' };
  await using server = spawnProcess(env, ['start'], { under });
  await server.listening;
  await server.end();
  const line = server
    .stdout()
    .split('\n')
    .find((one) => one.includes('the limit of open files is too low'));
  const { limit, needed } = JSON.parse(line ?? '{}');
  assert.deepEqual([limit, needed], [2_000, 9_096]);
});
