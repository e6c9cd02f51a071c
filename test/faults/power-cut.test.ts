import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { keysInFolder } from '../../src/secrets/keys.ts';
import { backup, restore } from '../../src/sqlite/backup.ts';
import { databaseName } from '../../src/sqlite/database-file.ts';
import { lockFolder } from '../../src/sqlite/folder-lock.ts';
import { migrate } from '../../src/sqlite/migrate.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminClient, environment, runProcess } from '../support/process.ts';
import { type FileCall, recordFileCalls } from './file-calls.ts';

/** A data folder of a stopped server; its database has one collector. */
const good = temporaryFolder();
/** A backup of that folder. */
const copy = join(good.path, 'copy.db');

before(async () => {
  await using app = await startApp(configOf(good.path));
  await adminClient(app.url).call('createCollector', { body: { name: 'Kept' } });
  backup(good.path, copy);
});
after(() => good[Symbol.dispose]());

test('a start rolls back the journal that a power cut left while the database changed to WAL', async () => {
  using folder = temporaryFolder();
  leaveHotJournal(folder.path);
  assert.deepEqual(await collectorsOf(folder.path), ['Kept']);
});

test('the doctor reports a journal that a power cut left, and does not change it', async () => {
  using folder = temporaryFolder();
  leaveHotJournal(folder.path);
  const before = readFileSync(join(folder.path, `${databaseName}-journal`));
  const { code, stdout } = await runProcess(environment(folder.path), ['doctor']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /warning +database .*the next start/i);
  assert.deepEqual(readFileSync(join(folder.path, `${databaseName}-journal`)), before);
});

test('a new and a restored database are in WAL mode before they get their name: nothing is left to change', () => {
  using made = temporaryFolder();
  migrate(join(made.path, databaseName), new Date());
  using restored = temporaryFolder();
  restore(copy, restored.path);
  for (const { path } of [made, restored]) {
    const header = readFileSync(join(path, databaseName)).subarray(18, 20); // sqlite.org/fileformat2: 2, 2 is WAL
    assert.deepEqual([...header], [2, 2]);
    assert.deepEqual(
      readdirSync(path).filter((name) => name.startsWith(`${databaseName}-`) || name.startsWith(`${databaseName}.`)),
      [],
    );
  }
});

test('a key file, a restored database and a data folder are synced with their parent folder', () => {
  using folder = temporaryFolder();
  const dir = join(folder.path, 'deep', 'data');
  using recorded = recordFileCalls();
  lockFolder(dir)[Symbol.dispose]();
  const keyring = keysInFolder(dir);
  keyring.keep();
  keyring.renew?.();
  migrate(join(dir, databaseName), new Date());
  restore(copy, dir, { force: true });
  assert.deepEqual(unsynced(recorded.calls), []);
  assert.ok(recorded.calls.filter(({ name }) => name === 'rename').length >= 4);
  const made = recorded.calls.slice(0, 4).map(({ name, path }) => `${name} ${path}`);
  const above = dirname(dir);
  assert.deepEqual(made, [`mkdir ${above}`, `sync ${folder.path}`, `mkdir ${dir}`, `sync ${above}`]);
});

test('a cut at any step of a forced restore leaves the old database with its log, or the restored one', async () => {
  using folder = temporaryFolder();
  using cuts = temporaryFolder();
  const dir = join(folder.path, 'data');
  mkdirSync(dir);
  copyFileSync(join(good.path, databaseName), join(dir, databaseName));
  copyFileSync(join(good.path, 'secret.key'), join(dir, 'secret.key'));
  const other = join(folder.path, 'other.db');
  await leaveLog(dir, other);

  let count = 0;
  const cut = (call?: FileCall) => {
    if (call?.name !== 'sync') cpSync(dir, join(cuts.path, String(++count)), { recursive: true });
  };
  {
    using _ = recordFileCalls(cut);
    restore(other, dir, { force: true });
  }
  cut();
  const found = Array.from({ length: count }, (_, index) => recoveredNames(join(cuts.path, String(index + 1))));
  assert.deepEqual([...new Set(found)].sort(), ['Kept,Later', 'Restored']);
  assert.equal(found.at(-1), 'Restored');
  assert.deepEqual(await collectorsOf(join(cuts.path, String(count))), ['Restored']);
});

test('a backup of a folder whose restore was interrupted is refused until a start has finished it', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'backup.db');
  copyFileSync(join(good.path, databaseName), join(folder.path, databaseName));
  copyFileSync(copy, join(folder.path, `${databaseName}.restored`));
  assert.throws(() => backup(folder.path, file), /restore .* was interrupted/);
  assert.deepEqual(await collectorsOf(folder.path), ['Kept']);
  assert.ok(!existsSync(join(folder.path, `${databaseName}.restored`)));
  backup(folder.path, file);
});

function configOf(dir: string) {
  return loadConfig({ flags: {}, env: environment(dir), now: Date.now() });
}

/** Starts a server on a folder, as an operator would after the power cut, and returns the names of its collectors. */
async function collectorsOf(dir: string): Promise<string[]> {
  await using app = await startApp(configOf(dir));
  const { data } = await adminClient(app.url).call('listCollectors');
  return data.map(({ name }) => name).sort();
}

/** The names of the collectors after a recovery, without starting a whole server. */
function recoveredNames(dir: string): string {
  const file = join(dir, databaseName);
  using _ = lockFolder(dir);
  migrate(file, new Date());
  using database = new DatabaseSync(file);
  const rows = database.prepare("SELECT body ->> 'name' AS name FROM document_version WHERE kind = 'collector'").all();
  return rows
    .map(({ name }) => name)
    .sort()
    .join();
}

/**
 * Leaves a folder as after a power cut in the middle of `PRAGMA journal_mode = WAL`: the database, and a rollback
 * journal with the page that was about to change.
 */
function leaveHotJournal(dir: string) {
  copyFileSync(join(good.path, 'secret.key'), join(dir, 'secret.key'));
  using folder = temporaryFolder();
  const file = join(folder.path, databaseName);
  copyFileSync(copy, file);
  using database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE; PRAGMA user_version = 0');
  for (const ending of ['', '-journal']) copyFileSync(`${file}${ending}`, join(dir, `${databaseName}${ending}`));
}

/**
 * Creates a data folder whose newest collector, Later, is only in the write-ahead log, as after a kill, and the backup
 * of another installation.
 */
async function leaveLog(dir: string, other: string) {
  using folder = temporaryFolder();
  {
    await using app = await startApp(configOf(join(folder.path, 'other')));
    await adminClient(app.url).call('createCollector', { body: { name: 'Restored' } });
    backup(join(folder.path, 'other'), other);
  }
  const data = join(folder.path, 'data');
  cpSync(dir, data, { recursive: true });
  await using app = await startApp(configOf(data));
  await adminClient(app.url).call('createCollector', { body: { name: 'Later' } });
  for (const ending of ['', '-wal']) copyFileSync(join(data, databaseName + ending), join(dir, databaseName + ending));
  assert.ok(readFileSync(join(dir, `${databaseName}-wal`)).includes('Later'));
}

/** The renames that a power cut can undo, or that can leave a file without its content. */
function unsynced(calls: readonly FileCall[]): string[] {
  return calls.flatMap(({ name, path, to = '' }, index) => {
    if (name !== 'rename') return [];
    const before = calls.slice(0, index);
    const isLast = (is: (call: FileCall) => boolean, than: (call: FileCall) => boolean) =>
      before.findLastIndex(is) > before.findLastIndex(than);
    const isSync = (of: string) => (call: FileCall) => call.name === 'sync' && call.path === of;
    const isContentSynced = isLast(isSync(path), (call) => call.path === path && call.name !== 'sync');
    const isRemoval = (call: FileCall) => call.name === 'remove' && call.path.startsWith(`${to}-`);
    const areRemovalsSynced = !before.some(isRemoval) || isLast(isSync(dirname(to)), isRemoval);
    const next = calls[index + 1];
    const isNameSynced = next !== undefined && isSync(dirname(to))(next);
    return isContentSynced && areRemovalsSynced && isNameSynced ? [] : [`${path} → ${to}`];
  });
}
