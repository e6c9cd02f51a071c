import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { executeOn, operationsByName } from './db.ts';
import type { Db } from './operation.ts';

test('values that a storage thread remembers are bounded: those in use stay, and those unused for long are made again', () => {
  const made: number[] = [];
  const operations = {
    remember: (db: Db, key: number): number =>
      db.keepRecent('numbers', key, () => {
        made.push(key);
        return key;
      }),
  };
  using database = new DatabaseSync(':memory:');
  const { write } = executeOn(database, operationsByName([{ operations }]));
  const remember = (...keys: number[]) => write(keys.map((args) => ({ name: 'remember', args })));
  for (let key = 1; key <= 40_000; key++) remember(0, key);
  const before = made.length;
  remember(0, 40_000, 25_000);
  assert.equal(made.length, before, 'at least 15,000 are kept');
  remember(1);
  assert.equal(made.length, before + 1);
});
