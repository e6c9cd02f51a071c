import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { olderDatabase } from '../../../sqlite/older-database.testing.ts';
import { openSqlite, operationsOf } from '../../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { packLines } from '../../codec/event-codec.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

const minute = 60_000;
const quarter = 15 * minute;
const start = Date.parse('2026-03-01T12:00:00Z');
/** The last version that kept several things in a row. */
const lastOldVersion = '0012';

test('statistics of an older database read the same after its migration', async () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, lastOldVersion);
  const rolledUp = {
    names: ['delivered', 'lastAnswer', 'failed.http_4xx'],
    ids: ['dst_1', 'dst_2'],
    values: [
      [5, 7],
      [3, 9, 2],
    ],
  };
  const long = {
    names: Array.from({ length: 100 }, (_, bucket) => `latency${bucket}`),
    ids: ['dst_3'],
    values: [Array.from({ length: 100 }, (_, bucket) => bucket)],
  };
  const compressed = packLines(JSON.stringify(long));
  assert.ok(compressed instanceof Uint8Array);
  {
    using database = new DatabaseSync(file);
    const step = database.prepare('INSERT INTO statistic (step_ms, at, kind, part, figures) VALUES (?, ?, ?, ?, ?)');
    for (const ms of [minute, quarter]) {
      step.run(ms, start, 'destination', 1, JSON.stringify(rolledUp));
      step.run(ms, start, 'destination', 2, compressed);
    }
    const fresh = database.prepare('INSERT INTO fresh_statistic (at, kind, part, figures) VALUES (?, ?, ?, ?)');
    for (const lastAnswer of [30, 20])
      fresh.run(
        start + minute,
        'destination',
        1,
        JSON.stringify({ names: ['lastAnswer', 'delivered'], ids: ['dst_1'], values: [[lastAnswer, 10]] }),
      );
  }
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const { statistics } = sqliteJournal(sqlite).log;
  const read = (stepMs: number, to: number) =>
    statistics.read({ kind: 'destination', id: null, stepMs, from: start, to, follow: 'delivered' });
  const thingsOf = (series: number[][]) => [
    { id: 'dst_1', counters: { delivered: 25, lastAnswer: 30 }, series: series[0] },
    { id: 'dst_2', counters: { delivered: 3, lastAnswer: 9, 'failed.http_4xx': 2 }, series: series[1] },
    {
      id: 'dst_3',
      counters: Object.fromEntries(long.names.slice(1).map((name, index) => [name, index + 1])),
      series: series[2],
    },
  ];
  const byMinute = thingsOf([
    [5, 20],
    [3, 0],
    [0, 0],
  ]);
  const byQuarter = thingsOf([[25], [3], [0]]);
  assert.deepEqual((await read(minute, start + minute)).things, byMinute);
  assert.deepEqual((await read(quarter, start)).things, byQuarter);
  while (await statistics.rollUp(start + quarter));
  assert.deepEqual((await read(minute, start + minute)).things, byMinute);
  assert.deepEqual((await read(quarter, start)).things, byQuarter);
});

test('counters that an older version had not rolled up are in the steps of each length once', async () => {
  using folder = temporaryFolder();
  const file = olderDatabase(folder.path, '0025');
  {
    using database = new DatabaseSync(file);
    const insert = database.prepare('INSERT INTO statistics (step_ms, at, kind, id, counters) VALUES (?, ?, ?, ?, ?)');
    const row = (stepMs: number, at: number, counters: object, id = 'act_1') =>
      insert.run(stepMs, at, 'action', id, JSON.stringify(counters));
    for (const stepMs of [minute, quarter, 8 * quarter]) row(stepMs, start, { created: 5, lastAnswer: 30 });
    row(0, start, { created: 1, lastAnswer: 20 });
    row(0, start + minute, { created: 2, failed: 1 });
    row(0, start + minute, { created: 7 }, 'act_2');
  }
  await using sqlite = await openSqlite({ dir: folder.path, operations: operationsOf('journal') });
  const { statistics } = sqliteJournal(sqlite).log;
  const isRight = async () => {
    for (const stepMs of [minute, quarter, 8 * quarter]) {
      const range = { stepMs, from: start, to: start + (stepMs === minute ? minute : 0) };
      const { things } = await statistics.read({ kind: 'action', id: null, ...range, follow: 'created' });
      assert.deepEqual(
        things.map(({ id, counters }) => [id, counters]),
        [
          ['act_1', { created: 8, lastAnswer: 30, failed: 1 }],
          ['act_2', { created: 7 }],
        ],
      );
    }
  };
  await isRight();
  while (await statistics.rollUp(start + 8 * quarter));
  await isRight();
});
