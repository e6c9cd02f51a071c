import type { Percentiles } from '../../contract/records/stats.ts';
import type { Counters } from '../../journal/journal.ts';

/** Four buckets per doubling from 1 ms to 60 h: a value read from them is off by 19 % at most. */
const bucketsMax = 112;
const buckets = Array.from({ length: bucketsMax }, (_, bucket) => bucket);

/** The counters of the histograms, by bucket. */
const names = {
  latency: buckets.map((bucket) => `latency${bucket}`),
  duration: buckets.map((bucket) => `duration${bucket}`),
};
export type Histogram = keyof typeof names;

/** The buckets of durations below a second: most are, and a lookup is faster than a logarithm. */
const shortBuckets = Array.from({ length: 1_000 }, (_, ms) => longBucket(ms));

/** The counter of a duration. */
export function bucketName(histogram: Histogram, ms: number): string {
  const bucket = (ms < 1_000 ? shortBuckets[Math.round(ms)] : undefined) ?? longBucket(ms);
  return names[histogram][bucket] ?? '';
}

/** Percentiles of a histogram; null when it is empty. Values are assumed to be spread evenly within a bucket. */
export function percentilesIn(counters: Counters, histogram: Histogram): Percentiles | null {
  const counts = names[histogram].map((name) => counters[name] ?? 0);
  const total = counts.reduce((sum, one) => sum + one, 0);
  if (total === 0) return null;
  const at = (share: number) => {
    let left = share * total;
    for (const [bucket, count] of counts.entries()) {
      if (count > 0 && left <= count)
        return Math.round(startOf(bucket) + (startOf(bucket + 1) - startOf(bucket)) * (left / count));
      left -= count;
    }
    return Math.round(startOf(bucketsMax));
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function longBucket(ms: number): number {
  return ms < 1 ? 0 : Math.min(bucketsMax - 1, 1 + Math.floor(4 * Math.log2(ms)));
}

/** The first duration of a bucket, in ms. */
function startOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 1) / 4);
}
