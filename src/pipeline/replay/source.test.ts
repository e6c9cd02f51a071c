import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { readSources, readsAtOnce } from './source.ts';

test('a replay of many chosen events reads few at once, in their order, so that reads of people come between', async () => {
  let running = 0;
  let most = 0;
  const event = async (id: string) => {
    running += 1;
    most = Math.max(most, running);
    for (let turns = 0; turns < 2 * readsAtOnce; turns++) await setImmediate();
    running -= 1;
    return id === 'evt_7' ? null : { id };
  };
  const ids = Array.from({ length: 100 }, (_, index) => `evt_${index}`);
  const log = { event } as unknown as Parameters<typeof readSources>[1]; // the others are not asked
  const input = { of: 'events', ids, to: { actionId: 'act_1', ignoreRules: true } } as unknown as Parameters<
    typeof readSources
  >[0];
  const { found, isLast } = await readSources(input, log, { upTo: null, cursor: null, limit: 100, now: 0 });
  assert.equal(most, readsAtOnce);
  assert.ok(isLast);
  assert.deepEqual(
    found.map((source) => (source.kind === 'event' ? source.event.id : source.kind)),
    ids.map((id) => (id === 'evt_7' ? 'unknown' : id)),
  );
});
