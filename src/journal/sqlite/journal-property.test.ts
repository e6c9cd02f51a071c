import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryJournal } from '../memory/memory-journal.ts';
import { sqliteJournal } from './sqlite-journal.ts';
import { inProcess } from './testing/in-process.testing.ts';
import { commands, remember, type Story } from './testing/journal-commands.testing.ts';
import { replayCommands } from './testing/replay-commands.testing.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

test('memory and SQLite answer the same to any sequence of commands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(...commands, ...replayCommands).map((one) => ({ ...one, [fc.toStringMethod]: () => one.title })),
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
