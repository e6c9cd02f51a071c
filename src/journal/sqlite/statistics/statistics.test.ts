import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client, Operations } from '../../../sqlite/operation.ts';
import { openSqlite, operationsOf } from '../../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { type StatisticsEntry, statisticsBatch, statisticsSteps } from '../../journal.ts';
import { sqliteJournal } from '../sqlite-journal.ts';

const minute = 60_000;
const start = Date.parse('2026-03-01T12:00:00Z');
const kinds = ['action', 'connection', 'destination'];
const thingsOfKind = 1_000;

/** Everything happened once in a minute. */
const entriesOf = (at: number): StatisticsEntry[] =>
  kinds.flatMap((kind) =>
    Array.from({ length: thingsOfKind }, (_, index) => ({
      at,
      kind,
      id: `${kind}_${index}`,
      counters: { created: 1 },
    })),
  );

/** A journal whose writes are listed, and refused while `refuses` says so. */
async function watched() {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations: operationsOf('journal') }));
  const inner = sqlite.client<Operations>();
  const writes: { name: string; args: unknown }[] = [];
  let refuses = (_written: number) => false;
  const client: Client<Operations> = {
    read: inner.read,
    async write(name, args, load) {
      if (refuses(writes.length)) throw new Error('the disk is full');
      writes.push({ name, args });
      return inner.write(name, args, load);
    },
  };
  const sameClient = <O extends Operations>() => client as Client<O>; // passes on what it is given
  const { statistics } = sqliteJournal({ client: sameClient }).log;
  return {
    statistics,
    writes,
    async add(entries: readonly StatisticsEntry[]) {
      for (let start = 0; start < entries.length; start += statisticsBatch)
        await statistics.add(entries.slice(start, start + statisticsBatch));
    },
    async rollUp(before: number) {
      while (await statistics.rollUp(before));
    },
    refuse(when: typeof refuses) {
      writes.length = 0;
      refuses = when;
    },
    /** How often each kind was counted, in steps of each length. */
    async counts(): Promise<number[][]> {
      return Promise.all(
        kinds.map((kind) =>
          Promise.all(
            statisticsSteps.map(async ({ ms }) => {
              const range = { from: start, to: start + 2 * 3_600_000 - ms, stepMs: ms };
              const { steps } = await statistics.read({ kind, id: null, ...range, follow: 'created' });
              return steps.reduce((sum, { counters }) => sum + (counters['created'] ?? 0), 0);
            }),
          ),
        ),
      );
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const each = (count: number) => kinds.map(() => statisticsSteps.map(() => count * thingsOfKind));

test('minutes that are over are rolled up in calls of few things each, and read the same', async () => {
  await using journal = await watched();
  for (const seconds of [0, 5, 10]) await journal.add(entriesOf(start + seconds * 1_000));
  await journal.add(entriesOf(start + minute));
  journal.refuse(() => false);
  await journal.rollUp(start + minute);
  const thingsOfACall = (kinds.length * thingsOfKind) / (journal.writes.length - 1);
  assert.ok(thingsOfACall <= 200, `${thingsOfACall}`);
  assert.deepEqual(await journal.counts(), each(4));
});

test('entries are added all or none, and can be added again', async () => {
  await using journal = await watched();
  const broken = { at: start, kind: null as never, id: 'act_1', counters: {} }; // the database refuses it
  await assert.rejects(() => journal.statistics.add([...entriesOf(start).slice(0, 10), broken]));
  assert.deepEqual(await journal.counts(), each(0));
  await journal.add(entriesOf(start));
  assert.deepEqual(await journal.counts(), each(1));
});

test('a roll-up that ends half-way counts nothing twice, and goes on the next time', async () => {
  await using journal = await watched();
  await journal.add(entriesOf(start));
  journal.refuse((written) => written === 2);
  await assert.rejects(() => journal.rollUp(start + minute), /the disk is full/);
  assert.deepEqual(await journal.counts(), each(1));
  journal.refuse(() => false);
  await journal.rollUp(start + minute);
  assert.deepEqual(await journal.counts(), each(1));
});
