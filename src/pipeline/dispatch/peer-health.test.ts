import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionSettings } from '../../contract/documents/connection.ts';
import { adaptiveConcurrency, createBreaker, type Sign } from './peer-health.ts';

const settings = connectionSettings.parse({}).breaker;

function after(signs: Sign[], stepMs = 1_000) {
  const breaker = createBreaker();
  return signs.map((sign, n) => breaker.record(sign, 1_700_000_000_000 + n * stepMs, settings));
}

test('five requests in a row without a response trip the breaker, and a response in between resets the count', () => {
  assert.deepEqual(after(Array(5).fill('unreachable')), [
    null,
    null,
    null,
    null,
    'The last 5 requests got no response.',
  ]);
  const interrupted: Sign[] = [...Array(4).fill('unreachable'), 'good', ...Array(4).fill('unreachable')];
  assert.ok(after(interrupted).every((reason) => reason === null));
});

test('the breaker trips at the failure ratio, but not before the minimum number of requests', () => {
  const bad: Sign[] = Array(10).fill('bad');
  assert.deepEqual(after(bad).slice(-2), [null, '10 of the last 10 requests failed.']);
  const mixed: Sign[] = ['good', 'good', 'good', 'bad', 'bad', 'bad', 'bad', 'bad', 'bad', 'bad'];
  assert.equal(after(mixed).at(-1), '7 of the last 10 requests failed.');
  assert.equal(after(['good', ...mixed]).at(-1), null);
});

test('exchanges before the window, or before a reset, do not count', () => {
  assert.ok(after(Array(30).fill('bad'), settings.windowMs / 8).every((reason) => reason === null));
  const breaker = createBreaker();
  for (let i = 0; i < 9; i++) breaker.record('bad', 1_000, settings);
  breaker.reset();
  assert.equal(breaker.record('bad', 1_000, settings), null);
  for (let i = 0; i < 4; i++) breaker.record('unreachable', 1_000, settings);
  breaker.reset();
  assert.equal(breaker.record('unreachable', 1_000, settings), null);
  const { windowMs } = settings;
  const start = 1_000 * windowMs;
  const tenthAfterNine = (laterMs: number) => {
    const other = createBreaker();
    for (let i = 0; i < 9; i++) other.record('bad', start, settings);
    return other.record('bad', start + laterMs, settings) !== null;
  };
  assert.equal(tenthAfterNine(windowMs - 1), true);
  for (const laterMs of [windowMs, 1.15 * windowMs, -windowMs / 2]) assert.equal(tenthAfterNine(laterMs), false);
});

test('requests that fail together halve the concurrency once, and one after the clock was set back halves it too', () => {
  const concurrency = adaptiveConcurrency();
  concurrency.failed(1_000, 2_000);
  concurrency.failed(1_001, 2_001);
  assert.equal(concurrency.limit, 4);
  concurrency.failed(500, 600);
  assert.equal(concurrency.limit, 2);
  concurrency.failed(2_500, 2_600);
  assert.equal(concurrency.limit, 1);
});

test('the concurrency grows by one per success up to 64; after a failure, by one per round', () => {
  const concurrency = adaptiveConcurrency();
  const succeed = (times: number) => {
    for (let n = 0; n < times; n++) concurrency.succeeded();
    return concurrency.limit;
  };
  assert.deepEqual([concurrency.limit, succeed(1), succeed(100)], [8, 9, 64]);
  concurrency.failed(1_000, 2_000);
  assert.deepEqual([concurrency.limit, succeed(31), succeed(2), succeed(33)], [32, 32, 33, 34]);
  for (let round = 1; round <= 8; round++) concurrency.failed(2_000 * round, 2_000 * round);
  assert.equal(concurrency.limit, 1);
});
