import { isSetBack } from './clock.ts';

/** `limit` tokens per `perMs`. */
export type BucketRate = { limit: number; perMs: number };

/** A token bucket as of `at`; an unknown bucket is full. */
export type Bucket = { level: number; at: number };

/** The tokens of a bucket at `now`, at most `limit`. A clock that was set back fills it, since its age is unknown. */
export function levelAt(bucket: Bucket | undefined, now: number, { limit, perMs }: BucketRate): number {
  if (bucket === undefined || isSetBack(bucket.at, now)) return limit;
  return Math.min(limit, bucket.level + (Math.max(0, now - bucket.at) * limit) / perMs);
}

/** Values by key, at most `keysMax`; the key that was set least recently is removed first. */
export function recentKeys<V>(keysMax: number) {
  const values = new Map<string, V>();
  return {
    get: (key: string): V | undefined => values.get(key),
    set(key: string, value: V): void {
      values.delete(key);
      if (values.size >= keysMax) values.delete(values.keys().next().value ?? key);
      values.set(key, value);
    },
    delete: (key: string): void => void values.delete(key),
  };
}

/**
 * A token bucket for each key, for at most `keysMax` keys. Returns a function that takes `count` tokens, which may overdraw
 * the bucket, and returns 0; of an empty bucket it takes none, and returns the ms until there is a token.
 */
export function keyedBuckets(rate: BucketRate, keysMax: number) {
  const buckets = recentKeys<Bucket>(keysMax);
  return (key: string, now: number, count = 1): number => {
    const level = levelAt(buckets.get(key), now, rate);
    if (level < 1) return ((1 - level) * rate.perMs) / rate.limit;
    buckets.set(key, { level: level - count, at: now });
    return 0;
  };
}

/** An exact limit: at most `limit` in any interval of `perMs`, while a token bucket allows up to twice as many. */
export function slidingWindow() {
  /** Ring buffer of the last `limit` times; `at` is the index of the oldest; 0: none. */
  let times = new Float64Array(0);
  let at = 0;

  function ringOf(limit: number): Float64Array {
    if (times.length === limit) return times;
    const inOrder = [...times.subarray(at), ...times.subarray(0, at)].slice(-limit);
    times = new Float64Array(limit);
    times.set(inOrder, limit - inOrder.length);
    at = 0;
    return times;
  }

  return {
    /** When the next one is allowed; now or earlier: at once. */
    freeAt({ limit, perMs }: BucketRate): number {
      const oldest = ringOf(limit)[at] ?? 0;
      return oldest === 0 ? 0 : oldest + perMs;
    },
    /** Makes all times earlier. */
    moveBack(ms: number): void {
      times = times.map((time) => (time === 0 ? 0 : Math.max(1, time - ms)));
    },
    spend(now: number, { limit }: BucketRate): void {
      ringOf(limit)[at] = now;
      at = (at + 1) % limit;
    },
    /** Takes back one that was spent at `spentAt` and not used. */
    refund(spentAt: number, { limit }: BucketRate): void {
      const ring = ringOf(limit);
      const slot = (newer: number) => (at + 2 * limit - 1 - newer) % limit;
      let newer = 0;
      while (newer < limit && (ring[slot(newer)] ?? 0) > spentAt) newer++;
      if (newer === limit || ring[slot(newer)] !== spentAt) return;
      for (; newer > 0; newer--) ring[slot(newer)] = ring[slot(newer - 1)] ?? 0;
      at = slot(0);
      ring[at] = 0;
    },
  };
}
