import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import type { AppError } from '../contract/errors.ts';
import { databaseName, schemaVersion } from './database-file.ts';
import { latestVersion, migrate } from './migrate.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';
import type { operations } from './test-operations.testing.ts';

const module = new URL('./test-operations.testing.ts', import.meta.url);
const intake = (bytes = 0) => ({ bytes, isIntake: true });
const refusedWith = (code: string) => (error: AppError) => error.code === code;

async function opened(options: Omit<SqliteOptions, 'operations'>) {
  const sqlite = await openSqlite({ ...options, operations: [module] });
  const { read, write } = sqlite.client<typeof operations>();
  return {
    read,
    write,
    stats: sqlite.stats,
    problems: sqlite.problems,
    [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose](),
  };
}

const onDisk = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

test('of writes that share a transaction only the failing one is rejected, and cached values are dropped', async () => {
  using folder = temporaryFolder();
  await using db = await opened({ dir: folder.path });
  assert.equal(await db.write('count', null), 1);
  const first = db.write('put', { name: 'first', text: '' });
  const all = await Promise.allSettled([
    db.write('put', { name: 'a', text: '1' }),
    db.write('fail', 'b'),
    db.write('put', { name: 'c', text: '2' }),
    db.write('put', { name: 'a', text: '3' }),
    db.write('count', null),
  ]);
  await first;
  assert.deepEqual(
    all.map((one) => one.status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.match(String(all[1]?.status === 'rejected' && all[1].reason), /fail: failing on purpose/);
  assert.deepEqual(await db.read('names', null), ['a', 'c', 'first']);
  assert.equal(await db.read('get', 'a'), '1');
  assert.deepEqual(all[4], { status: 'fulfilled', value: 1 });
});

test('written data is there after closing and reopening; closing waits for pending calls', async () => {
  using folder = temporaryFolder();
  const db = await opened({ dir: folder.path });
  const writes = Array.from({ length: 50 }, (_, i) => db.write('put', { name: `n${i}`, text: 'x' }));
  await db[Symbol.asyncDispose]();
  await Promise.all(writes);
  await assert.rejects(db.write('put', { name: 'late', text: '' }), /closed/);
  await using again = await opened({ dir: folder.path });
  assert.equal((await again.read('names', null)).length, 50);
});

test('reads during the start use the writer thread, and later reads the reader thread', async () => {
  using folder = temporaryFolder();
  let isStarting = true;
  await using db = await opened({ dir: folder.path, isStarting: () => isStarting });
  await db.write('put', { name: 'a', text: '1' });
  assert.equal(await db.read('get', 'a'), '1');
  assert.equal(db.stats.operations, 2);
  isStarting = false;
  assert.equal(await db.read('get', 'a'), '1');
  assert.equal(db.stats.operations, 2);
});

test('a delayable write joins another write, and is written alone after its delay or at closing', async () => {
  using folder = temporaryFolder();
  const db = await opened({ dir: folder.path });
  const patiently = (name: string, maxDelayMs: number) =>
    db.write('put', { name, text: '' }, { bytes: 0, isIntake: false, maxDelayMs });
  const order: string[] = [];
  const forever = patiently('patient', 1_000_000).then(() => order.push('patient'));
  await db.write('put', { name: 'hurried', text: '' });
  await forever;
  assert.deepEqual([order, db.stats.commits], [['patient'], 1]);
  await Promise.all([patiently('longer', 1_000_000), patiently('shorter', 1)]);
  assert.equal(db.stats.commits, 2);
  const last = patiently('last', 1_000_000);
  await db[Symbol.asyncDispose]();
  await last;
  await using again = await opened({ dir: folder.path });
  assert.deepEqual(await again.read('names', null), ['hurried', 'last', 'longer', 'patient', 'shorter']);
});

test('a delayable write whose timer fires a little early, during another write, is written after that one', async (t) => {
  using folder = temporaryFolder();
  await using db = await opened({ dir: folder.path });
  // Timers count whole milliseconds of the event loop, so that they may fire before the clock says so.
  t.mock.method(performance, 'now', () => 0);
  const other = db.write('put', { name: 'other', text: '' });
  const late = db.write('put', { name: 'late', text: '' }, { bytes: 0, isIntake: false, maxDelayMs: 1 });
  // The timer fires before the answer to the other write is received.
  for (const end = process.hrtime.bigint() + 5_000_000n; process.hrtime.bigint() < end; );
  assert.deepEqual(await Promise.all([other, late]), [1, 1]);
});

test('during writes without a pause the log is moved in a separate thread, and restarts', async () => {
  // In memory a busy machine writes faster than the thread moves the log.
  using folder = temporaryFolder(onDisk);
  // Bytes 16 to 24 of the log's header, its salts, change when it restarts at its beginning (SQLite's file format, §4.1).
  const salts = () => readFileSync(join(folder.path, `${databaseName}-wal`)).toString('hex', 16, 24);
  const text = 'x'.repeat(40_000);
  let written = 0;
  {
    await using db = await opened({ dir: folder.path });
    await db.write('put', { name: `n${written++}`, text: '' });
    const atFirst = salts();
    // About 5,000 pages: enough for the thread, and far fewer than make the writer itself run a checkpoint.
    while (written < 500) await db.write('put', { name: `n${written++}`, text });
    await eventually('the log to restart', async () => {
      await db.write('put', { name: `n${written++}`, text: '' });
      return salts() !== atFirst;
    });
  }
  assert.ok(!readdirSync(folder.path).includes(`${databaseName}-wal`), 'the log is removed at the end');
  await using again = await opened({ dir: folder.path });
  assert.equal((await again.read('names', null)).length, written);
});

test('a process that closes the storage while the log is moved ends in order', () => {
  using folder = temporaryFolder();
  const script = `import { openSqlite } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)};
    const sqlite = await openSqlite({ dir: ${JSON.stringify(folder.path)}, operations: [${JSON.stringify(module)}] });
    const text = 'x'.repeat(40_000); // about ten pages, of which 2,000 start the thread that moves the log
    for (let i = 0; i < 250; i++) await sqlite.client().write('put', { name: 'n' + i, text });
    await sqlite[Symbol.asyncDispose]();
    console.log('closed');`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  assert.deepEqual([status, stdout, stderr], [0, 'closed\n', '']);
});

test('a second process on the same folder is refused with one line, and the folder is free after kill -9', async () => {
  using folder = temporaryFolder();
  const script = (then: string) =>
    `import { openSqlite } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)};
     try { await openSqlite({ dir: ${JSON.stringify(folder.path)}, operations: [] }); ${then} }
     catch (error) { console.log(error.message); process.exit(3); }`;
  const run = (then: string) =>
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script(then)], {
      encoding: 'utf8',
    });
  {
    await using _ = await opened({ dir: folder.path });
    const second = run('');
    assert.deepEqual(
      [second.status, second.stdout],
      [3, `The data folder ${folder.path} is in use by another Millrace; stop it or choose another folder.\n`],
    );
    await assert.rejects(opened({ dir: folder.path }), /in use by another Millrace/);
  }
  assert.equal(run("process.kill(process.pid, 'SIGKILL')").signal, 'SIGKILL');
  await using _ = await opened({ dir: folder.path });
});

test("a data folder that can't be created is refused with one line", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  await assert.rejects(
    opened({ dir: join(file, 'data') }),
    /^Error: The data folder .* can't be written \(.*\); choose/,
  );
});

test('a foreign, damaged or newer database is refused in one sentence and not changed by a byte', async () => {
  const foreign = (file: string, sql: string) => {
    using database = new DatabaseSync(file);
    database.exec(sql);
  };
  const cases: [string, (file: string) => void, RegExp][] = [
    ['text', (file) => writeFileSync(file, 'name,amount\n'.repeat(20)), /not a Millrace database/],
    ['short', (file) => writeFileSync(file, 'SQLite'), /not a Millrace database/],
    ['foreign', (file) => foreign(file, 'CREATE TABLE t (x)'), /another program/],
    [
      'newer',
      (file) => {
        migrate(file, new Date());
        foreign(file, 'PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
      },
      /newer Millrace \(schema 99/,
    ],
    [
      'cut',
      (file) => {
        migrate(file, new Date());
        truncateSync(file, 9_000);
      },
      /damaged/,
    ],
    [
      'scribbled',
      (file) => {
        migrate(file, new Date());
        const bytes = readFileSync(file);
        bytes.fill(0xff, 100, 4_096);
        writeFileSync(file, bytes);
      },
      /damaged/,
    ],
  ];
  for (const [title, make, words] of cases) {
    using folder = temporaryFolder();
    const file = join(folder.path, databaseName);
    make(file);
    const before = readFileSync(file);
    await assert.rejects(
      opened({ dir: folder.path }),
      (error: Error) => words.test(error.message) && !error.message.includes('\n'),
      title,
    );
    assert.deepEqual(readFileSync(file), before, title);
  }
});

test('an opening takes the permissions of other users off its own files, and off a folder with nothing else', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, databaseName);
  migrate(file, new Date());
  const others = ['secret.key', 'millrace-v9-2026-01-01T00-00-00-000Z.db'].map((name) => join(folder.path, name));
  for (const one of others) writeFileSync(one, '');
  for (const one of [file, ...others]) chmodSync(one, 0o644);
  chmodSync(folder.path, 0o755);
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: [] });
    const closed = sqlite.modes.closed.filter((path) => !path.includes('lock.db'));
    assert.deepEqual(closed.toSorted(), [folder.path, ...others, file].toSorted());
    assert.deepEqual([file, `${file}-wal`, `${file}-shm`, ...others].map(mode), ['600', '600', '600', '600', '600']);
    assert.equal(mode(folder.path), '700');
  }
  const foreign = join(folder.path, 'notes.txt');
  writeFileSync(foreign, '', { mode: 0o644 });
  chmodSync(foreign, 0o644);
  chmodSync(folder.path, 0o755);
  await using again = await openSqlite({ dir: folder.path, operations: [] });
  assert.deepEqual([again.modes.left, mode(foreign), mode(folder.path)], [[], '644', '755']);
});

test('migrations are numbered without a gap and without a number that two have', () => {
  const names = readdirSync(new URL('./migrations/', import.meta.url)).sort();
  assert.deepEqual(
    names.map((name) => Number(name.slice(0, 4))),
    names.map((_, index) => index + 1),
  );
});

/** The migrations of this program, and one more. */
function withMigration(dir: string, sql: string): URL {
  const source = new URL('./migrations/', import.meta.url);
  for (const name of readdirSync(source)) writeFileSync(join(dir, name), readFileSync(new URL(name, source)));
  writeFileSync(join(dir, `${String(latestVersion() + 1).padStart(4, '0')}-more.sql`), sql);
  return new URL(`file://${dir}/`);
}

/** The files of a data folder beside the database. */
function othersIn(dir: string): string[] {
  return readdirSync(dir).filter((name) => !/^millrace\.db(-wal|-shm)?$/.test(name));
}

test('an older database is copied in its folder before it is migrated', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, databaseName);
  assert.equal(migrate(file, new Date()), null);
  using migrations = temporaryFolder();
  const newer = withMigration(migrations.path, 'CREATE TABLE more (x)');
  const copy = join(folder.path, `millrace-v${latestVersion()}-2026-03-01T12-00-00-000Z.db`);
  assert.equal(migrate(file, new Date('2026-03-01T12:00:00Z'), newer), copy);
  assert.deepEqual([schemaVersion(file), schemaVersion(copy)], [latestVersion() + 1, latestVersion()]);
  assert.equal(migrate(file, new Date(), newer), null);
});

test('an upgrade that fails leaves the database as it was, and no copy', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, databaseName);
  migrate(file, new Date());
  const before = readFileSync(file);
  using migrations = temporaryFolder();
  const newer = withMigration(migrations.path, 'CREATE TABLE more (x); CREATE TABLE more (x)');
  assert.throws(() => migrate(file, new Date(), newer), /table more already exists/);
  assert.deepEqual(othersIn(folder.path), []);
  assert.deepEqual(readFileSync(file), before);
});

test('after a kill during an upgrade there is one copy: of the last attempt, or of the one that was completed', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, databaseName);
  migrate(file, new Date());
  using migrations = temporaryFolder();
  const newer = withMigration(migrations.path, 'CREATE TABLE more (x)');
  const interrupted = `${file}.before-upgrade`;
  {
    using database = new DatabaseSync(file);
    database.prepare('VACUUM INTO ?').run(interrupted);
  }
  const copy = migrate(file, new Date(), newer) ?? '';
  assert.deepEqual(othersIn(folder.path), [basename(copy)]);
  renameSync(copy, interrupted);
  assert.match(migrate(file, new Date('2026-03-01T12:00:00Z'), newer) ?? '', /millrace-v\d+-2026-03-01T12/);
  assert.equal(othersIn(folder.path).length, 1);
});

test('over the byte limit of its queue, storage refuses intake, accepts all other writes, and recovers', async () => {
  using folder = temporaryFolder();
  await using db = await opened({ dir: folder.path, queueBytesMax: 1_000 });
  const first = db.write('put', { name: 'a', text: '' }, intake(1_001));
  await assert.rejects(db.write('put', { name: 'b', text: '' }, intake()), refusedWith('storage_busy'));
  await db.write('put', { name: 'c', text: '' }, { bytes: 5_000, isIntake: false });
  await first;
  await db.write('put', { name: 'd', text: '' }, intake());
  assert.deepEqual(await db.read('names', null), ['a', 'c', 'd']);
});

test('with free space under the reserve, storage refuses intake, accepts all other writes, and recovers', async () => {
  using folder = temporaryFolder();
  let free = 99;
  await using db = await opened({ dir: folder.path, reserveBytes: 100, spaceCheckMs: 0, freeBytes: () => free });
  await assert.rejects(db.write('put', { name: 'a', text: '' }, intake()), refusedWith('storage_full'));
  await db.write('put', { name: 'b', text: '' });
  free = 100;
  await db.write('put', { name: 'c', text: '' }, intake());
  assert.deepEqual(await db.read('names', null), ['b', 'c']);
});

test('when the storage thread fails, its owner is notified and pending calls are rejected', async () => {
  using folder = temporaryFolder();
  const { promise, resolve } = Promise.withResolvers<Error>();
  const broken = new URL('./no-such-module.ts', import.meta.url);
  await using sqlite = await openSqlite({ dir: folder.path, operations: [broken], onFailure: resolve });
  await assert.rejects(sqlite.client<typeof operations>().write('names', null), /storage thread failed/);
  assert.match((await promise).message, /no-such-module/);
});

test('a reader thread that ends fails its running call, others move to a new thread, and repeated failures are reported', async () => {
  using folder = temporaryFolder();
  await using db = await opened({ dir: folder.path });
  await db.write('put', { name: 'a', text: '1' });
  const failing = db.read('endThread', null);
  const others = Promise.all([db.read('get', 'a'), db.read('names', null)]);
  await assert.rejects(failing, /The storage thread failed: it ended with code 7/);
  assert.deepEqual(await others, ['1', ['a']]);
  assert.deepEqual(db.problems(true), {});
  await assert.rejects(db.read('endThread', null), /storage thread failed/);
  await assert.rejects(db.read('get', 'a'), refusedWith('unavailable'));
  assert.match(db.problems(true)['storage_reads'] ?? '', /ended with code 7/);
  assert.doesNotMatch(db.problems(false)['storage_reads'] ?? '', /code 7/);
  await eventually('a new reader thread', () => db.read('get', 'a').catch(() => null));
  assert.deepEqual(db.problems(true), {});
});
