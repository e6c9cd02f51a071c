import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { backup, restore } from './backup.ts';
import { databaseName } from './database-file.ts';
import { openSqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';
import type { operations } from './test-operations.testing.ts';

const module = new URL('./test-operations.testing.ts', import.meta.url);

async function notesOf(dir: string): Promise<string[]> {
  await using sqlite = await openSqlite({ dir, operations: [module] });
  return sqlite.client<typeof operations>().write('names', null);
}

test('a backup by another process during writes is consistent and can be restored', async () => {
  using folder = temporaryFolder();
  using target = temporaryFolder();
  const file = join(target.path, 'copy.db');
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: [module] });
    const { write } = sqlite.client<typeof operations>();
    let isRunning = true;
    let written = 0;
    const writing = (async () => {
      for (; isRunning; written++)
        await write('put', { name: String(written).padStart(6, '0'), text: 'x'.repeat(500) });
    })();
    while (written < 20) await new Promise(setImmediate);
    const acknowledged = written;
    backup(folder.path, file);
    const script = `import { backup } from ${JSON.stringify(new URL('./backup.ts', import.meta.url).href)}; backup(${JSON.stringify(folder.path)}, ${JSON.stringify(`${file}.second`)})`;
    const other = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      { encoding: 'utf8' },
    );
    assert.deepEqual([other.status, other.stderr], [0, '']);
    isRunning = false;
    await writing;
    for (const copy of [file, `${file}.second`]) {
      using database = new DatabaseSync(copy, { readOnly: true });
      assert.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
      const { count, last } = database.prepare('SELECT count(*) AS count, max(name) AS last FROM note').get() ?? {};
      assert.ok(Number(count) >= acknowledged);
      assert.equal(Number(last), Number(count) - 1);
    }
    assert.throws(() => backup(folder.path, file), /exists already/);
    assert.throws(() => restore(file, folder.path, { force: true }), /in use by another Millrace/);
  }
  using fresh = temporaryFolder();
  restore(file, fresh.path);
  assert.ok((await notesOf(fresh.path)).length >= 20);
  assert.throws(() => restore(file, fresh.path), /has a database already/);
});

test('a forced restore replaces the whole database, including its log', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'backup.db');
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: [module] });
    await sqlite.client<typeof operations>().write('put', { name: 'kept', text: '' });
    backup(folder.path, file);
    await sqlite.client<typeof operations>().write('put', { name: 'newer', text: '' });
  }
  writeFileSync(join(folder.path, `${databaseName}-wal`), 'left over');
  restore(file, folder.path, { force: true });
  assert.deepEqual(await notesOf(folder.path), ['kept']);
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => /restoring|unfinished/.test(name)),
    [],
  );
});

test('an incomplete backup is not restored, and an empty folder is not backed up', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'backup.db');
  assert.throws(() => backup(folder.path, file), /no Millrace database/);
  assert.throws(() => restore(file, folder.path), /backup\.db does not exist/);
  assert.throws(() => restore(folder.path, folder.path), /is not a file/);
  writeFileSync(file, '');
  assert.throws(() => restore(file, folder.path), /it is empty/);
  writeFileSync(file, readFileSync(new URL('./backup.ts', import.meta.url)));
  assert.throws(() => restore(file, folder.path), /not a Millrace database/);
  {
    using other = new DatabaseSync(`${file}.other`);
    other.exec('CREATE TABLE t (x)');
  }
  assert.throws(() => restore(`${file}.other`, folder.path), /another program/);
});
