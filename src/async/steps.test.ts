import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapInSteps } from './steps.ts';

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('other work runs between the items of a long list, and the results are in order', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const mapped = await mapInSteps([1, 2, 3, 4, 5], (item) => {
    busy(6);
    return item * 2;
  });
  clearInterval(timer);
  assert.deepEqual(mapped, [2, 4, 6, 8, 10]);
  assert.ok(turns >= 3, `${turns} turns`);
});

test('a list that takes less than a step is mapped at once', async (t) => {
  t.mock.method(performance, 'now', () => 0);
  let isDone = false;
  const mapped = mapInSteps(['a', 'b'], (item) => item.toUpperCase()).finally(() => {
    isDone = true;
  });
  await Promise.resolve().then(() => {});
  for (let i = 0; i < 5; i++) await Promise.resolve();
  assert.ok(isDone);
  assert.deepEqual(await mapped, ['A', 'B']);
});
