import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedReading } from './shared-reading.ts';

test('callers share a result until it is `freshMs` old and four times as old as the reading took', async () => {
  let now = 0;
  let readings = 0;
  let tookMs = 0;
  const read = sharedReading(
    { now: () => now },
    async () => {
      now += tookMs;
      readings += 1;
      return readings;
    },
    { freshMs: 1_000 },
  );
  assert.deepEqual(await Promise.all([read(), read()]), [1, 1]);
  now = 999;
  assert.equal(await read(), 1);
  now = 1_000;
  tookMs = 500;
  assert.equal(await read(), 2);
  now = 3_499;
  assert.equal(await read(), 2);
  now = 3_500;
  assert.equal(await read(), 3);
});

test('a clock that is set does not keep a result for long: set back or ahead, also during the reading', async () => {
  const hourMs = 3_600_000;
  let now = 100 * hourMs;
  let readings = 0;
  let stepMs = 0;
  const read = sharedReading(
    { now: () => now },
    async () => {
      now += stepMs;
      readings += 1;
      return readings;
    },
    { freshMs: 1_000 },
  );
  assert.equal(await read(), 1);
  now -= hourMs;
  assert.equal(await read(), 2);
  for (const step of [-hourMs, hourMs]) {
    const before = readings;
    now += 1_000;
    stepMs = step;
    assert.equal(await read(), before + 1);
    stepMs = 0;
    now += 60_000;
    assert.equal(await read(), before + 2);
  }
});

test('a failed reading is not kept', async () => {
  let readings = 0;
  const read = sharedReading({ now: () => 0 }, async () => {
    readings += 1;
    if (readings === 1) throw new Error('busy');
    return readings;
  });
  await assert.rejects(read(), /busy/);
  assert.equal(await read(), 2);
});
