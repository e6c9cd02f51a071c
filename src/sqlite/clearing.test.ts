import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { seededRandom } from '../cli/demo/random.ts';
import { clearing } from './clearing.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

/** Rows of all shapes, in the order of their keys and at random, with an index, under the settings of the writer. */
function writer(file: string, random: () => number) {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF; PRAGMA secure_delete = FAST; PRAGMA cache_size = -16384;
    CREATE TABLE seen (name TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID;
    CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE INDEX row_text ON row (text)`);
  const [see, put, drop] = [
    database.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?)'),
    database.prepare('INSERT OR REPLACE INTO row VALUES (?, ?)'),
    database.prepare('DELETE FROM row WHERE id = ?'),
  ];
  const below = (most: number) => Math.floor(random() * most);
  return {
    database,
    change(count: number, word: () => string): void {
      database.exec('BEGIN');
      for (let index = 0; index < count; index++) {
        see.run(`${below(1e9).toString(36)} ${word()}`, index);
        const times = random() < 0.8 ? 1 + below(10) : 1 + below(400);
        put.run(below(4_000), `${word()} `.repeat(times));
        drop.run(below(4_000));
      }
      database.exec('COMMIT');
    },
  };
}

for (const seed of [1, 3])
  test(`what is deleted is in no byte of the file after it is cleared, whatever is written during it (seed ${seed})`, () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'some.db');
    const random = seededRandom(seed);
    const { database, change } = writer(file, random);
    using _ = database;
    const other = () => `other-${Math.floor(random() * 50)}`;
    change(6_000, () => (random() < 0.3 ? 'canary-of-one' : other()));
    for (const table of ['seen', 'row'])
      database.exec(`DELETE FROM ${table} WHERE ${table === 'seen' ? 'name' : 'text'} LIKE '%canary%'`);
    const content = () =>
      JSON.stringify([database.prepare('SELECT * FROM row').all(), database.prepare('SELECT * FROM seen').all()]);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    assert.ok(readFileSync(file).includes('canary'), 'SQLite leaves some of it');

    const { step } = clearing(database, 128);
    let steps = 0;
    for (let next: ReturnType<typeof step> = 0; next !== 'end'; steps++) {
      change(40, other);
      if (steps % 3 === 0) database.exec('PRAGMA incremental_vacuum(20)');
      // Another connection moves the log during the clearing, so that it begins again.
      if (steps === 4) {
        database.exec('PRAGMA wal_checkpoint(PASSIVE)');
        change(3, other);
      }
      assert.ok(next !== 'blocked');
      const before = steps % 5 === 0 ? content() : null;
      next = step(next);
      if (before !== null) assert.equal(content(), before);
    }
    assert.ok(steps > 5, 'in several steps');
    change(3_000, other);
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
    for (const name of [file, `${file}-wal`]) assert.ok(!readFileSync(name).includes('canary'), name);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    assert.ok(!readFileSync(file).includes('canary'));
  });

test('a power cut within a step leaves a valid file with the same rows, whichever sectors were written', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'some.db');
  const random = seededRandom(7);
  const { database, change } = writer(file, random);
  using _ = database;
  change(6_000, () => `word-${Math.floor(random() * 50)}`);
  database.exec("DELETE FROM row WHERE text LIKE 'word-1%'; PRAGMA wal_checkpoint(TRUNCATE)");
  const rowsOf = (of: DatabaseSync) =>
    JSON.stringify([of.prepare('SELECT * FROM row').all(), of.prepare('SELECT * FROM seen').all()]);

  const { step } = clearing(database, 128);
  let changed = 0;
  for (let next: ReturnType<typeof step> = 0; next !== 'end'; ) {
    change(1, () => 'word-2');
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    const before = readFileSync(file);
    assert.ok(next !== 'blocked');
    next = step(next);
    const cut = readFileSync(file);
    if (!cut.equals(before)) changed++;
    for (let at = 0; at < cut.length; at += 512) if (random() < 0.5) before.copy(cut, at, at, at + 512);
    const left = join(folder.path, 'left.db');
    writeFileSync(left, cut);
    using reopened = new DatabaseSync(left);
    assert.equal(reopened.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
    assert.equal(rowsOf(reopened), rowsOf(database));
  }
  assert.ok(changed > 3, 'in several steps');
});
