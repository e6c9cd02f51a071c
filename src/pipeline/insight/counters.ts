import { type ErrorCode, errors } from '../../contract/errors.ts';
import { reason } from '../../contract/records/delivery.ts';
import {
  type CountName,
  type Percentiles,
  type StatsCounts,
  type StatsOutcome,
  type StatsReason,
  statsCounts,
} from '../../contract/records/stats.ts';
import type { Figures } from '../../journal/journal.ts';

/**
 * What happened to one thing since the last look: a number for each slot, so that counting is an addition in an array
 * and nothing is made for it. `used`: the slots that are not 0, the first `size` of them; most of hundreds never are.
 */
export type Tally = { readonly values: Float64Array; readonly used: Uint16Array; size: number };

const countNames = statsCounts.keyof().options;
const errorCodes = Object.keys(errors) as ErrorCode[]; // the keys of a constant object
/** Four buckets for each doubling from 1 ms to 60 h: what is read from them is off by 19 % at most. */
const bucketsMost = 112;

/** A slot for each figure, by its name in the journal. */
const slots: string[] = [];
function slot(name: string): number {
  return slots.push(name) - 1;
}

const histogramSlots = (prefix: string) =>
  Array.from({ length: bucketsMost }, (_, bucket) => slot(`${prefix}${bucket}`));
const slotsOfReasons = <Name extends string>(outcome: StatsOutcome, names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, slot(`${outcome}.${name}`)])) as Record<Name, number>; // just made of them

/** The slot of each count. */
export const countSlots = Object.fromEntries(countNames.map((name) => [name, slot(name)])) as Record<CountName, number>; // just made of them

const latencySlots = histogramSlots('latency');
const durationSlots = histogramSlots('duration');
const namesOf = (places: readonly number[]) => places.map((at) => slots[at] ?? '');
const bucketNames = { latency: namesOf(latencySlots), duration: namesOf(durationSlots) };
/** The slot of each reason, by the outcome that it is one for. */
export const reasonSlots = {
  failed: slotsOfReasons('failed', reason.options),
  skipped: slotsOfReasons('skipped', reason.options),
  held: slotsOfReasons('held', reason.options),
  rejected: slotsOfReasons('rejected', errorCodes),
};
const lastDelivered = slot('lastDeliveredAt');
/** Time and HTTP status in one number (time × 1,000 + status, 0 without one), so that the greatest is the last. */
const lastAnswer = slot('lastAnswer');

/** The buckets of durations below a second: most are, and a look is cheaper than a logarithm. */
const shortBuckets = Array.from({ length: 1_000 }, (_, ms) => longBucket(ms));

export const newTally = (): Tally => ({
  values: new Float64Array(slots.length),
  used: new Uint16Array(slots.length),
  size: 0,
});

/** What happened once: the slots that it is counted in, and when. One is filled anew each time, and serves every tally. */
export type Happening = { readonly slots: Int32Array; size: number; deliveredAt: number; answered: number };

export const newHappening = (): Happening => ({ slots: new Int32Array(8), size: 0, deliveredAt: 0, answered: 0 });

/** Nothing happened yet. */
export function reset(happening: Happening): void {
  happening.size = 0;
  happening.deliveredAt = 0;
  happening.answered = 0;
}

export function happens(happening: Happening, slot: number): void {
  happening.slots[happening.size++] = slot;
}

/** It was delivered, so long after it was planned. */
export function isDelivered(happening: Happening, now: number, latencyMs: number): void {
  happens(happening, countSlots.delivered);
  happens(happening, latencySlots[bucketOf(latencyMs)] ?? 0);
  happening.deliveredAt = now;
}

/** An exchange ended; `status`: the HTTP status of its answer if there was one. */
export function isAnswered(happening: Happening, now: number, durationMs: number, status: number | null): void {
  happens(happening, durationSlots[bucketOf(durationMs)] ?? 0);
  happening.answered = now * 1_000 + (status ?? 0);
}

/** Adds to a count. */
export function add(tally: Tally, slot: number, amount: number): void {
  set(tally, slot, (tally.values[slot] ?? 0) + amount);
}

function set(tally: Tally, slot: number, value: number): void {
  if (value === 0) return;
  if (tally.values[slot] === 0) tally.used[tally.size++] = slot;
  tally.values[slot] = value;
}

/** Counts what happened, `times` over. */
export function addHappening(tally: Tally, happening: Happening, times = 1): void {
  const { slots, size, deliveredAt, answered } = happening;
  for (let i = 0; i < size; i++) add(tally, slots[i] ?? 0, times);
  if (deliveredAt !== 0) set(tally, lastDelivered, deliveredAt);
  if (answered !== 0) set(tally, lastAnswer, answered);
}

/** The figures of a tally that are not 0; it is empty then. */
export function takeFigures(tally: Tally): Figures {
  const figures: Record<string, number> = {};
  for (let at = 0; at < tally.size; at++) {
    const slot = tally.used[at] ?? 0;
    figures[slots[slot] ?? ''] = tally.values[slot] ?? 0;
    tally.values[slot] = 0;
  }
  tally.size = 0;
  return figures;
}

export function countsIn(figures: Figures): StatsCounts {
  return Object.fromEntries(countNames.map((name) => [name, figures[name] ?? 0])) as StatsCounts; // every name is there
}

/** The reasons of what went wrong, most first. */
export function reasonsIn(figures: Figures): { outcome: StatsOutcome; reason: StatsReason; count: number }[] {
  const found: { outcome: StatsOutcome; reason: StatsReason; count: number }[] = [];
  for (const outcome of ['failed', 'skipped', 'held', 'rejected'] as const)
    for (const why of outcome === 'rejected' ? errorCodes : reason.options) {
      const count = figures[`${outcome}.${why}`];
      if (count !== undefined) found.push({ outcome, reason: why, count });
    }
  return found.sort((a, b) => b.count - a.count);
}

export function lastsIn(figures: Figures) {
  const { lastDeliveredAt, lastAnswer } = figures;
  return {
    lastDeliveredAt: timeOf(lastDeliveredAt),
    lastAttemptAt: timeOf(lastAnswer === undefined ? undefined : Math.floor(lastAnswer / 1_000)),
    lastStatus: (lastAnswer ?? 0) % 1_000 || null,
  };
}

/** Percentiles of a histogram; null when it is empty. Within a bucket values are taken to be spread evenly. */
export function percentilesIn(figures: Figures, histogram: 'latency' | 'duration'): Percentiles | null {
  const buckets = bucketNames[histogram].map((name) => figures[name] ?? 0);
  const total = buckets.reduce((sum, one) => sum + one, 0);
  if (total === 0) return null;
  const at = (share: number) => {
    let left = share * total;
    for (const [bucket, inBucket] of buckets.entries()) {
      if (inBucket > 0 && left <= inBucket)
        return Math.round(startOf(bucket) + (startOf(bucket + 1) - startOf(bucket)) * (left / inBucket));
      left -= inBucket;
    }
    return Math.round(startOf(bucketsMost));
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function bucketOf(ms: number): number {
  return (ms < 1_000 ? shortBuckets[Math.round(ms)] : undefined) ?? longBucket(ms);
}

function longBucket(ms: number): number {
  return ms < 1 ? 0 : Math.min(bucketsMost - 1, 1 + Math.floor(4 * Math.log2(ms)));
}

/** The first duration of a bucket, in ms. */
function startOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 1) / 4);
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
