import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionSettings } from '../../contract/documents/connection.ts';
import type { PeerSignal } from '../attempt/next-step.ts';
import { createBreaker, nextProbeAt, resultAtConnection, resultAtDestination } from './circuit-breaker.ts';

const settings = connectionSettings.parse({}).breaker;
const start = 1_700_000_000_000;

/** Records signals of requests that follow each other, none beside another. */
function after(signals: PeerSignal[], { stepMs = 1_000, resultOf = resultAtDestination } = {}) {
  const breaker = createBreaker();
  return signals.map((signal, n) => breaker.record(resultOf(signal), n + 1, n + 1, start + n * stepMs, settings));
}

const times = (count: number, signal: PeerSignal): PeerSignal[] => Array(count).fill(signal);

test('five requests in a row without a response open the breaker, and a response in between resets the count', () => {
  assert.deepEqual(after(times(5, 'silent')), [null, null, null, null, 'The last 5 requests got no response.']);
  assert.equal(
    after([...times(3, 'silent'), ...times(2, 'unreachable')]).at(-1),
    'The last 5 requests got no response.',
  );
  const interrupted: PeerSignal[] = [...times(4, 'unreachable'), 'good', ...times(4, 'unreachable')];
  assert.ok(after(interrupted).every((reason) => reason === null));
});

test('the breaker opens at the failure ratio, but not before the minimum number of requests', () => {
  assert.deepEqual(after(times(10, 'bad')).slice(-2), [null, '10 of the last 10 requests failed.']);
  const mixed: PeerSignal[] = [...times(3, 'good'), ...times(7, 'bad')];
  assert.equal(after(mixed).at(-1), '7 of the last 10 requests failed.');
  assert.equal(after(['good', ...mixed]).at(-1), null);
});

test('for the breaker of a connection, only requests without a connection are failures', () => {
  const resultOf = resultAtConnection;
  assert.ok(after([...times(20, 'bad'), ...times(20, 'silent')], { resultOf }).every((reason) => reason === null));
  assert.equal(after(times(5, 'unreachable'), { resultOf }).at(-1), 'The last 5 requests got no response.');
});

test('exchanges before the window, or before the breaker opened, do not count', () => {
  assert.ok(after(times(30, 'bad'), { stepMs: settings.windowMs / 8 }).every((reason) => reason === null));
  const reasons = after(times(20, 'bad'));
  assert.deepEqual(
    reasons.flatMap((reason, n) => (reason === null ? [] : [n])),
    [9, 19],
  );
  const { windowMs } = settings;
  const tenthAfterNine = (laterMs: number) => {
    const breaker = createBreaker();
    for (let n = 1; n <= 9; n++) breaker.record('bad', n, n, 1_000 * windowMs, settings);
    return breaker.record('bad', 10, 10, 1_000 * windowMs + laterMs, settings) !== null;
  };
  assert.equal(tenthAfterNine(windowMs - 1), true);
  for (const laterMs of [windowMs, 1.15 * windowMs, -windowMs / 2]) assert.equal(tenthAfterNine(laterMs), false);
});

test('requests without a response that were in flight together count once, in the row and in the ratio', () => {
  const breaker = createBreaker();
  let begun = 0;
  const loseTogether = (count: number) => {
    const first = begun + 1;
    begun += count;
    return Array.from({ length: count }, (_, n) => breaker.record('lost', first + n, begun, start, settings));
  };
  for (let round = 0; round < 4; round++) assert.ok(loseTogether(64).every((reason) => reason === null));
  assert.equal(loseTogether(64)[0], 'The last 257 requests got no response.');
  // A response of their time does not make the others count.
  const other = createBreaker();
  for (let n = 1; n <= 64; n++) assert.equal(other.record(n % 2 === 0 ? 'good' : 'lost', n, 64, start, settings), null);
  assert.equal(other.isWell(start, settings), true);
  assert.equal(other.isWell(start + settings.windowMs, settings), false);
});

test('an open breaker probes after 1 s, then after a quarter of the time that it has been open, at most openMs', () => {
  const probes: number[] = [];
  for (let at = 1_000; at < 300_000; at = nextProbeAt({ since: 0, startedAt: at, now: at }, settings)) probes.push(at);
  assert.deepEqual(probes.slice(0, 7), [1_000, 2_000, 3_000, 4_000, 5_000, 6_250, 7_813]);
  const gaps = probes.map((at, n) => at - (probes[n - 1] ?? 0));
  for (const [n, gap] of gaps.entries()) assert.ok(gap <= 1_000 + (probes[n] ?? 0) / 4, `a wait of ${gap} ms`);
  assert.deepEqual([Math.min(...gaps), Math.max(...gaps)], [1_000, 30_000]);
  assert.equal(nextProbeAt({ since: 0, startedAt: 500, now: 500 }, { openMs: 100 }), 600);
});

test('a probe that hangs does not postpone the next one, and a clock that was set back leaves no long wait', () => {
  assert.equal(nextProbeAt({ since: 0, startedAt: 8_000, now: 23_000 }, settings), 23_000);
  assert.equal(nextProbeAt({ since: 0, startedAt: 60_000, now: 61_000 }, settings), 75_000);
  assert.equal(nextProbeAt({ since: 5_000, startedAt: 90_000, now: 5_000 }, settings), 6_000);
  assert.equal(nextProbeAt({ since: 90_000, startedAt: 90_000, now: 5_000 }, settings), 6_000);
});
