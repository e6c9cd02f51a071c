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
