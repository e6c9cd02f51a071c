import assert from 'node:assert/strict';
import type { StatisticsQuery } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import { start } from './journal-samples.testing.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Conformance: statistics. */
export function statisticsConformance(guarantee: Guarantee): void {
  guarantee('counters add up in each step that holds their time, of one thing or all of a kind', async (journal) => {
    const { statistics } = journal.log;
    const entry = (minutes: number, id: string, counters: Record<string, number>, kind = 'destination') => ({
      at: start + minutes * minute,
      kind,
      id,
      counters,
    });
    await statistics.add([entry(0, 'a', { delivered: 1, lastDeliveredAt: 7 }), entry(0, 'b', { delivered: 5 })]);
    await statistics.add([entry(0.5, 'a', { delivered: 2, failed: 1, lastDeliveredAt: 3 })]);
    await statistics.add([entry(2, 'a', { delivered: 10 }), entry(2, 'a', { delivered: 90 }, 'action')]);
    while (await statistics.rollUp(start + 2 * minute));
    await statistics.add([entry(0, 'a', { delivered: 100 })]);
    while (await statistics.rollUp(start + 2 * minute));
    await statistics.add([entry(16, 'b', { delivered: 1_000 })]);
    const read = (more: Partial<StatisticsQuery>) =>
      statistics.read({
        kind: 'destination',
        id: null,
        stepMs: minute,
        from: start,
        to: start + 2 * minute,
        follow: 'delivered',
        ...more,
      });
    assert.deepEqual(await read({}), {
      steps: [
        { at: start, counters: { delivered: 108, failed: 1, lastDeliveredAt: 7 } },
        { at: start + minute, counters: {} },
        { at: start + 2 * minute, counters: { delivered: 10 } },
      ],
      things: [
        { id: 'a', counters: { delivered: 113, failed: 1, lastDeliveredAt: 7 }, series: [103, 0, 10] },
        { id: 'b', counters: { delivered: 5 }, series: [5, 0, 0] },
      ],
    });
    assert.deepEqual((await read({ id: 'b' })).things, [{ id: 'b', counters: { delivered: 5 }, series: [5, 0, 0] }]);
    assert.deepEqual((await read({ id: 'c' })).things, []);
    const quarters = await read({ stepMs: 15 * minute, to: start + 15 * minute });
    assert.deepEqual(
      quarters.things.map((one) => [one.id, one.series]),
      [
        ['a', [113, 0]],
        ['b', [5, 1_000]],
      ],
    );
    const twoHours = await read({ stepMs: 2 * hour, to: start });
    assert.deepEqual(twoHours.steps[0]?.counters, { delivered: 1_118, failed: 1, lastDeliveredAt: 7 });
    assert.deepEqual((await read({ kind: 'action' })).things[0]?.series, [0, 0, 90]);
  });

  guarantee('counters are forgotten when the time of their step is over', async (journal) => {
    const { statistics } = journal.log;
    for (const hours of [0, 1, 3, 24, 36, 60, 24 * 9])
      await statistics.add([{ at: start + hours * hour, kind: 'all', id: '', counters: { created: 1 } }]);
    while (await statistics.rollUp(start + 24 * 9 * hour + minute));
    const kept = async (stepMs: number) => {
      const to = start + 24 * 9 * hour + minute;
      const range = { stepMs, from: start, to: to - (to % stepMs) };
      const { steps } = await statistics.read({ kind: 'all', id: null, ...range, follow: 'created' });
      return steps.flatMap(({ at, counters }) => (counters['created'] === undefined ? [] : [(at - start) / hour]));
    };
    assert.deepEqual(await kept(minute), [24 * 9]);
    assert.deepEqual(await kept(15 * minute), [24 * 9]);
    assert.deepEqual(await kept(2 * hour), [36, 60, 24 * 9]);
  });
}
