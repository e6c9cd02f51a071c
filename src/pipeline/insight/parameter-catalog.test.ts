import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../test/support/engine.ts';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import type { Event } from '../../contract/records/event.ts';
import { loadConfiguration } from '../snapshot/snapshot.ts';
import { createDeliveryEvents } from './delivery-events.ts';
import { startParameters } from './parameter-catalog.ts';

test('nodes add what they have learned of a parameter, and an erasure at one of them removes the examples of all', async () => {
  const clock = fakeClock();
  await using storage = await openEngine();
  const scrubber = { scrub: (text: string) => text, learn() {} };
  const configuration = await loadConfiguration(storage.catalog, scrubber, assert.ifError);
  const { notes } = storage;
  const start = async () => {
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
