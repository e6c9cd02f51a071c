import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStorage } from '../../../test/support/storage.ts';
import { commands, remember, type Story } from './testing/journal-commands.testing.ts';
import { journalModel } from './testing/journal-model.testing.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

test('after any sequence of commands every delivery equals that of a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(...commands).map((one) => ({ ...one, [fc.toStringMethod]: () => one.title })),
        { minLength: 10, maxLength: 60, size: 'max' },
      ),
      async (steps) => {
        await using storage = await openStorage();
        const [reference, tested] = [journalModel(), storage.journal];
        const story: Story = { leases: [], deliveries: [], exchanges: new Map(), now: start };
        const first = { node: 'a', partitions: [0], now: start };
        for (const { hot } of [reference, tested]) {
          await hot.leases.beat({ node: 'a', ttlMs: 5, isLeaving: false, now: start });
          story.leases = await hot.leases.take(first);
        }
        for (const { title, run } of steps) {
          story.now += 3;
          const [expected, actual] = [await run(reference, story), await run(tested, story)];
          assert.deepEqual(actual, expected, title);
          remember(story, title, expected);
        }
        for (const id of [...story.deliveries, 'dlv_x'])
          assert.deepEqual(await tested.log.delivery(id), await reference.log.delivery(id));
        assertBlocksLive(storage.sqlite.database);
      },
    ),
    { numRuns: 300, seed: 20_260_301 },
  );
});

/** A block of attempts exists exactly as long as a delivery that has attempts in it. */
function assertBlocksLive(database: DatabaseSync) {
  const [blocks, live, used] = Object.values(
    database
      .prepare(
        `SELECT count(*), coalesce(sum(live), 0), (SELECT count(*) FROM delivery WHERE block IS NOT NULL)
         FROM attempt_block`,
      )
      .get() ?? {},
  ).map(Number);
  assert.ok(blocks !== undefined && live !== undefined && used !== undefined);
  assert.ok(live >= used && (used > 0 || blocks === 0));
}
