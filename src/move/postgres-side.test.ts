import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packLines } from '../journal/codec/event-codec.ts';
import type { Query } from '../postgres/postgres.ts';
import { postgresDatabase } from '../postgres/testing/database.testing.ts';
import { bytesAtOnce, bytesOf, type Row, sameTable } from './moved-table.ts';
import { postgresRows } from './postgres-side.ts';

const open = postgresDatabase();
const notes = sameTable('notes', 'note', { name: 'text', text: 'free' }, { order: 'name' });
const mebibyte = 1_048_576;

/** The rows of a statement, in steps, and the bytes that each statement read. */
async function steps(fill: string, values: readonly unknown[], table = notes) {
  const postgres = await open();
  await postgres.query(fill, values);
  const fetched: number[] = [];
  const rows: Row[][] = [];
  await postgres.transaction(async (query) => {
    const counting: Query = async <R>(text: string) => {
      const found = await query<R>(text);
      fetched.push(bytesOf(found as Row[])); // as columns have values of these types
      return found;
    };
    for await (const step of postgresRows(counting, table)) rows.push(step);
  });
  return { fetched, rows };
}

test('rows that are larger than those before them are read in steps of 4 MiB at most', async () => {
  const { fetched, rows } = await steps(
    `INSERT INTO note (name, text) SELECT to_char(n, 'FM0000'), CASE WHEN n > 700 THEN repeat('x', $1) ELSE 'small' END
     FROM generate_series(1, 740) AS n`,
    [1_000_000],
  );
  assert.ok(Math.max(...fetched) <= bytesAtOnce, `${Math.max(...fetched)} bytes in one step`);
  assert.ok(fetched.length < 30, `${fetched.length} statements`);
  assert.deepEqual(
    rows.flat().map(({ name }) => Number(name)),
    Array.from({ length: 740 }, (_, n) => n + 1),
  );
});

test('a row of more than 4 MiB is a step of its own', async () => {
  const { rows } = await steps(
    "INSERT INTO note (name, text) SELECT n::text, repeat('x', $1) FROM generate_series(1, 3) AS n",
    [5 * mebibyte],
  );
  assert.deepEqual(
    rows.map(({ length }) => length),
    [1, 1, 1],
  );
});

test('packed lines are passed on in steps of 4 MiB at most, however small they are stored', async () => {
  const lines = { partition: 'smallint', id: 'bigint', lines: 'lines' } as const;
  const blocks = sameTable('blocks of attempts', 'attempt_block', lines, { order: 'id, partition' });
  const { fetched, rows } = await steps(
    'INSERT INTO attempt_block (partition, id, lines) SELECT 0, n, $1 FROM generate_series(1, 20) AS n',
    [Buffer.from(packLines('x'.repeat(mebibyte)))],
    blocks,
  );
  assert.ok(Math.max(...fetched) < mebibyte);
  assert.deepEqual(
    rows.map(({ length }) => length),
    [4, 4, 4, 4, 4],
  );
});
