import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../test/support/engine.ts';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Notes } from '../../notes/notes.ts';
import { loadConfiguration } from '../snapshot/snapshot.ts';
import { createDeliveryEvents } from './delivery-events.ts';
import { startParameters } from './parameter-catalog.ts';

/** What nodes with one storage learn of the parameter `color`. */
async function openNodes() {
  const clock = fakeClock();
  const storage = await openEngine();
  const scrubber = { scrub: (text: string) => text, learn() {} };
  const configuration = await loadConfiguration(storage.catalog, scrubber, assert.ifError);
  const start = async (notes: Pick<Notes, 'load' | 'replace'> = storage.notes) => {
    const events = createDeliveryEvents({ failedOften: assert.ifError });
    const failed = assert.ifError;
    const parameters = await startParameters({ configuration, notes, clock, events, isShared: true, failed });
    const learn = (...values: string[]) =>
      events.emit(
        'evaluated',
        values.map((color) => [eventOf(color), []]),
      );
    const color = () => parameters.list().find(({ name }) => name === 'color');
    return { parameters, learn, color };
  };
  const { notes } = storage;
  return { clock, notes, start, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}

test('nodes add what they have learned of a parameter, and an erasure at one of them removes the examples of all', async () => {
  await using opened = await openNodes();
  const { clock, notes, start } = opened;
  const nodes = [await start(), await start()] as const;
  const [a, b] = nodes;
  a.learn('red', 'green');
  b.learn('blue');
  await clock.advance(20_000);
  for (const { color } of nodes) assert.deepEqual(color()?.examples.toSorted(), ['blue', 'green', 'red']);
  b.learn('blue');
  assert.equal(b.color()?.share, 1);
  await clock.advance(20_000);
  await a.parameters.forget([eventOf('blue')]);
  await clock.advance(20_000);
  for (const { color } of nodes) assert.deepEqual(color()?.examples.toSorted(), ['green', 'red']);
  await a.parameters.forget(null);
  await clock.advance(20_000);
  for (const { color } of nodes) assert.deepEqual(color()?.examples, []);
  for (const { parameters } of nodes) await parameters[Symbol.asyncDispose]();
  const stored: { events: number } = JSON.parse((await notes.load('parameters')) ?? '{}');
  assert.equal(stored.events, 4, 'each event is counted once');
});

test('an example that a node is storing while it is erased is stored by none', async () => {
  await using opened = await openNodes();
  const { clock, notes, start } = opened;
  const begun = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  let isSlow = false;
  const slow: Pick<Notes, 'load' | 'replace'> = {
    load: (name) => notes.load(name),
    async replace(...given) {
      if (isSlow) {
        isSlow = false;
        begun.resolve();
        await goesOn.promise;
      }
      return notes.replace(...given);
    },
  };
  const [a, b] = [await start(), await start(slow)];
  a.learn('red');
  await clock.advance(20_000);
  isSlow = true;
  b.learn('erased');
  const stored = clock.advance(10_000);
  await begun.promise;
  const isForgotten = b.parameters.forgetUnstored();
  await a.parameters.forget([eventOf('erased')]);
  goesOn.resolve();
  await Promise.all([isForgotten, stored]);
  assert.doesNotMatch((await notes.load('parameters')) ?? '', /erased/);
  await clock.advance(20_000);
  for (const { parameters, color } of [a, b]) {
    assert.deepEqual([color()?.examples, color()?.share], [['red'], 1]);
    await parameters[Symbol.asyncDispose]();
  }
});

test('a node that has removed its own examples of an erasure shows none either that it read before', async () => {
  await using opened = await openNodes();
  const { clock, start } = opened;
  const a = await start();
  a.learn('red', 'erased');
  await clock.advance(10_000);
  const b = await start();
  await a.parameters.forget([eventOf('erased')]);
  await b.parameters.forgetUnstored();
  assert.deepEqual(b.color()?.examples, ['red']);
  for (const { parameters } of [a, b]) await parameters[Symbol.asyncDispose]();
});

function eventOf(color: string): Event {
  const at = new Date(Date.UTC(2026, 0, 1)).toISOString();
  return {
    id: 'evt_1',
    name: null,
    visitorId: null,
    anonymousId: null,
    sessionId: null,
    occurredAt: at,
    receivedAt: at,
    data: { color },
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
  };
}
