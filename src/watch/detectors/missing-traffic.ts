import type { Thresholds } from '../thresholds.ts';

/** The number of occurrences in steps of 2 hours and of 15 minutes; the last step of each is the current one. */
export type TrafficBaseline = { long: readonly number[]; short: readonly number[] };

/** No occurrence for `quietMs`; `usually` is the lowest count of the periods compared with. */
export type MissingTraffic = { quietMs: number; usually: number };

const shortMs = 15 * 60_000;
const longMs = 2 * 3_600_000;
const perDay = 86_400_000 / longMs;
const perHour = 3_600_000 / shortMs;

/** The number of steps that `silenceIn` needs. */
export const baselineSteps = {
  long: { ms: longMs, count: 8 * perDay },
  short: { ms: shortMs, count: 26 * perHour - 1 },
};

/**
 * Whether usual traffic has stopped: it occurred in each of the last 24 hours but not in the hour after them, or it
 * occurred at the same hours of each of the seven days before. Quiet nights and weekends are therefore not reported.
 * `upMs`: how long the server has been running. null: traffic is not missing, or the data does not suffice.
 */
export function missingTrafficIn(
  { long, short }: TrafficBaseline,
  upMs: number,
  limits: Thresholds['silence'],
): MissingTraffic | null {
  return hourly(short, upMs, limits.leastPerHour) ?? daily(long, upMs, limits);
}

function hourly(short: readonly number[], upMs: number, least: number): MissingTraffic | null {
  const present = short.length - 1;
  const quietMs = perHour * shortMs;
  if (upMs < quietMs + shortMs || sum(short, present - perHour, present + 1) > 0) return null;
  const hours = Array.from({ length: 24 }, (_, i) => {
    const end = present - perHour * (i + 1);
    return end < perHour ? 0 : sum(short, end - perHour, end);
  });
  const usually = Math.min(...hours);
  return usually >= least ? { quietMs, usually } : null;
}

function daily(long: readonly number[], upMs: number, limits: Thresholds['silence']): MissingTraffic | null {
  const present = long.length - 1;
  if (long[present] !== 0) return null;
  // Not longer than the steps to compare with.
  const most = Math.min(perDay - 1, Math.floor(upMs / longMs) - 1);
  let steps = 0;
  while (steps < most && long[present - steps - 1] === 0) steps += 1;
  if (steps === 0) return null;
  const days = Array.from({ length: limits.days }, (_, i) => {
    const end = present - perDay * (i + 1);
    return end < steps ? 0 : sum(long, end - steps, end);
  });
  const usually = Math.min(...days);
  return usually >= limits.leastPerDay ? { quietMs: steps * longMs, usually } : null;
}

function sum(series: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at++) total += series[at] ?? 0;
  return total;
}
