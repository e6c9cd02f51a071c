import type { Thresholds } from '../thresholds.ts';

/** How often something happened in steps of 2 hours and of 15 minutes; the last step of each is the present one. */
export type Rhythm = { long: readonly number[]; short: readonly number[] };

/** Nothing for `quietMs`, where `usually` is what the quietest of the times before had. */
export type Silence = { quietMs: number; usually: number };

const shortMs = 15 * 60_000;
const longMs = 2 * 3_600_000;
const perDay = 86_400_000 / longMs;
const perHour = 3_600_000 / shortMs;

/** Steps that `silenceIn` looks at. */
export const rhythmSteps = {
  long: { ms: longMs, count: 8 * perDay },
  short: { ms: shortMs, count: 26 * perHour - 1 },
};

/**
 * Whether something that usually happens has stopped. It had to happen in each of the last 24 hours, and did not in the
 * hour since; or in the same hours of each of the seven days before, so that nights and weekends are no silence.
 * `upMs`: for how long there was somebody to notice. null: it is not silent, or nobody can tell.
 */
export function silenceIn({ long, short }: Rhythm, upMs: number, limits: Thresholds['silence']): Silence | null {
  return hourly(short, upMs, limits.leastPerHour) ?? daily(long, upMs, limits);
}

function hourly(short: readonly number[], upMs: number, least: number): Silence | null {
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

function daily(long: readonly number[], upMs: number, limits: Thresholds['silence']): Silence | null {
  const present = long.length - 1;
  if (long[present] !== 0) return null;
  // No longer than there were steps to compare with.
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
