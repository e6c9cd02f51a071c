import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thresholds } from '../thresholds.ts';
import { baselineSteps, missingTrafficIn } from './missing-traffic-detector.ts';

const hourMs = 3_600_000;

/** The number of occurrences in the hour `hoursAgo` ago. */
type Habit = (hoursAgo: number) => number;

function rhythm(habit: Habit) {
  const series = ({ ms, count }: { ms: number; count: number }) =>
    Array.from({ length: count }, (_, i) => (habit(((count - 1 - i) * ms) / hourMs) * ms) / hourMs);
  return { long: series(baselineSteps.long), short: series(baselineSteps.short) };
}

const cases: [what: string, habit: Habit, upHours: number, quietHours: number | null][] = [
  ['continues as usual', () => 100, 1_000, null],
  ['is steady and stopped an hour and a half ago', (ago) => (ago > 1.5 ? 100 : 0), 1_000, 1],
  ['is steady and stopped just now', (ago) => (ago > 0.6 ? 100 : 0), 1_000, null],
  ['is steady, but the server was down', (ago) => (ago > 1.5 ? 100 : 0), 1, null],
  ['is rare and stopped', (ago) => (ago > 3 ? 1 : 0), 1_000, null],
  ['never happened', () => 0, 1_000, null],
  ['began yesterday and stopped', (ago) => (ago > 5 && ago < 20 ? 100 : 0), 1_000, null],
  ['happens in the daytime, and it is night', (ago) => ((ago + 14) % 24 < 12 ? 100 : 0), 1_000, null],
  [
    'happens in the daytime, it is day and there was none today',
    (ago) => (ago > 8 && (ago + 6) % 24 > 12 ? 100 : 0),
    1_000,
    4,
  ],
  ['does not happen on this day of the week', (ago) => (ago > 24 && ago < 160 ? 100 : 0), 1_000, null],
];

test('traffic is missing when it was steady every hour, or at the same hours of seven days', () => {
  for (const [what, habit, upHours, quietHours] of cases) {
    const found = missingTrafficIn(rhythm(habit), upHours * hourMs, thresholds.silence);
    const quiet = found === null ? null : Math.min(found.quietMs / hourMs, quietHours ?? 0);
    assert.equal(quiet, quietHours, `${what}: ${JSON.stringify(found)}`);
  }
});
