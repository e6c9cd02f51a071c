import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { backup } from '../../sqlite/backup.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { auditSample } from '../audit-samples.testing.ts';
import { sqliteAudit } from './sqlite-audit.ts';
import { verifyFile } from './verify-file.ts';

/** All positions of a text in a file: pages keep old copies of rows that were moved to other pages. */
function placesOf(text: string, file: Buffer): number[] {
  const places: number[] = [];
  for (let at = file.indexOf(text); at !== -1; at = file.indexOf(text, at + 1)) places.push(at);
  assert.ok(places.length > 0);
  return places;
}

/** A copy of a database with a trail of `count` entries, in its own folder. */
async function copyWith(count: number) {
  const folder = temporaryFolder();
  const file = join(folder.path, 'copy.db');
  const dir = join(folder.path, 'data');
  await using sqlite = await openSqlite({ dir, operations: operationsOf('audit') });
  await sqliteAudit(sqlite).append(Array.from({ length: count }, (_, i) => auditSample({ id: `con_${i + 1}` })));
  const entries = await sqliteAudit(sqlite).entries({ limit: count });
  backup(dir, file);
  return { file, other: join(folder.path, 'other.db'), entries, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Changes the database as an attacker with write access to the file can. */
function tamper(file: string, sql: string) {
  using database = new DatabaseSync(file);
  database.exec(`DROP TRIGGER audit_entry_stays; DROP TRIGGER audit_entry_goes_last; ${sql}`);
}

test('a trail is verified in a folder in use, in a closed one and in a backup', async () => {
  using folder = temporaryFolder();
  const copy = join(folder.path, 'copy.db');
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('audit') });
    await sqliteAudit(sqlite).append([auditSample(), auditSample()]);
    const [newest] = await sqliteAudit(sqlite).entries({ limit: 1 });
    const head = { number: 2, hash: newest?.hash };
    assert.deepEqual(verifyFile(folder.path), { ok: true, count: 2, first: 1, head });
    backup(folder.path, copy);
  }
  assert.equal(verifyFile(folder.path).ok, true);
  assert.equal(verifyFile(copy).ok, true);
  assert.throws(() => verifyFile(join(folder.path, 'none.db')), /contains no Millrace database/);
});

test('a change of any single byte of an entry is found at that entry', async () => {
  using copy = await copyWith(30);
  const whole = readFileSync(copy.file);
  for (const [i, { number, hash }] of copy.entries.entries())
    for (const [text, offset] of [
      [`"number":${number},`, 3],
      [`"number":${number},`, -(i % 60)],
      [`}${hash}`, 1 + (i % 64)],
    ] as const) {
      const bytes = Buffer.from(whole);
      for (const at of placesOf(text, whole)) bytes[at + offset] = (bytes[at + offset] ?? 0) ^ 1;
      writeFileSync(copy.other, bytes);
      const verdict = verifyFile(copy.other);
      assert.ok(!verdict.ok && verdict.number === number, `${text} ${offset}: ${JSON.stringify(verdict)}`);
    }
});

test('removed, inserted, moved and truncated entries are found', async () => {
  using copy = await copyWith(6);
  const [newest] = copy.entries;
  const after = (sql: string) => {
    copyFileSync(copy.file, copy.other);
    tamper(copy.other, sql);
    return verifyFile(copy.other, newest === undefined ? [] : [newest]);
  };
  for (const [sql, number] of [
    ['DELETE FROM audit_entry WHERE number = 3', 4],
    ['DELETE FROM audit_entry WHERE number <= 2', 3],
    ['DELETE FROM audit_entry WHERE number = 6', 6],
    ['DELETE FROM audit_entry', 1],
    ['UPDATE audit_entry SET number = 9 WHERE number = 6', 9],
    [`UPDATE audit_entry SET body = replace(body, 'anna', 'emma') WHERE number = 2`, 2],
    [`INSERT INTO audit_entry (number, body, hash) SELECT 7, body, hash FROM audit_entry WHERE number = 6`, 7],
  ] as const) {
    const verdict = after(sql);
    assert.deepEqual([verdict.ok, !verdict.ok && verdict.number], [false, number], sql);
  }
  assert.equal(after('VACUUM').ok, true);
});

test('a search column that differs from its entries is found', async () => {
  using copy = await copyWith(20);
  const bytes = readFileSync(copy.file);
  // In the JSON of the entry a quote precedes the id, in the index none does.
  for (const at of placesOf('con_7', bytes)) if (bytes[at - 1] !== '"'.charCodeAt(0)) bytes[at + 4] = '8'.charCodeAt(0);
  writeFileSync(copy.other, bytes);
  const verdict = verifyFile(copy.other);
  assert.ok(!verdict.ok && verdict.problem.includes('damaged'), JSON.stringify(verdict));
});
