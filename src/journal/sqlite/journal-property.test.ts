import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Db, dbOver } from '../../sqlite/db.ts';
import type { Client, Operations } from '../../sqlite/operation.ts';
import type { Sqlite } from '../../sqlite/sqlite.ts';
import { memoryJournal } from '../memory/memory-journal.ts';
import { commands, remember, type Story } from './journal-commands.testing.ts';
import { operations } from './operations.ts';
import { sqliteJournal } from './sqlite-journal.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

test('memory and SQLite answer the same to any sequence of commands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(...commands).map((one) => ({ ...one, [fc.toStringMethod]: () => one.title })),
        { minLength: 10, maxLength: 60 },
      ),
      async (steps) => {
        await using sqlite = inProcess();
        const [reference, tested] = [memoryJournal(), sqliteJournal(sqlite)];
        const story: Story = { leases: [], events: [], deliveries: [], exchanges: new Map(), now: start };
        for (const { title, run } of steps) {
          story.now += 3;
          const [expected, actual] = [await run(reference, story), await run(tested, story)];
          assert.deepEqual(actual, expected, title);
          remember(story, title, expected);
        }
        for (const id of [...story.events, 'evt_x'])
          assert.deepEqual(await tested.log.event(id), await reference.log.event(id));
        for (const id of [...story.deliveries, 'dlv_x'])
          assert.deepEqual(await tested.log.delivery(id), await reference.log.delivery(id));
        sqlite.check();
      },
    ),
    { numRuns: 300, seed: 20_260_301 },
  );
});

/** The real operations on a real database, without threads and disk: a few hundred journals in seconds. */
function inProcess(): Pick<Sqlite, 'client'> & AsyncDisposable & { check(): void } {
  const database = new DatabaseSync(':memory:');
  const migrations = new URL('../../sqlite/migrations/', import.meta.url);
  for (const name of readdirSync(migrations).sort()) database.exec(readFileSync(new URL(name, migrations), 'utf8'));
  const db = dbOver(database);
  const byName = new Map<string, (db: Db, args: unknown) => unknown>(
    Object.entries(operations).map(([name, run]) => [name, run as (db: Db, args: unknown) => unknown]), // Client is typed
  );
  const call = async (name: string, args: unknown): Promise<unknown> => {
    db.forget();
    const answer = structuredClone(byName.get(name)?.(db, structuredClone(args)));
    db.flush();
    return answer;
  };
  return {
    client: <O extends Operations>() => ({ read: call, write: call }) as Client<O>, // the same as the threads give
    /** Blocks of attempts live exactly as long as a delivery that they tell of. */
    check() {
      const blocks = db.get<{ blocks: number; live: number }>(
        'SELECT count(*) AS blocks, coalesce(sum(live), 0) AS live FROM attempt_block',
      );
      const used = db.get<{ rows: number }>('SELECT count(*) AS rows FROM delivery WHERE block IS NOT NULL');
      assert.ok(blocks && used && blocks.live >= used.rows && (used.rows > 0 || blocks.blocks === 0));
    },
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}
