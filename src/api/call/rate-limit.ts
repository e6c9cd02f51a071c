import { type Bucket, levelAt, recentKeys } from '../../async/rate-limiter.ts';

/** Whether a request is allowed, the remaining requests, and the whole seconds until the limit resets. */
export type Allowance = { isAllowed: boolean; limit: number; remaining: number; resetSeconds: number };

const bucketsMax = 20_000;

/**
 * A token bucket per key: `perSecond` requests each second, with a burst of the same size. Keeps at most 20,000
 * buckets; the longest unused are removed first, which only refills them.
 */
export function rateLimit(perSecond: number, now: () => number): (key: string) => Allowance {
  const buckets = recentKeys<Bucket>(bucketsMax);
  return (key) => {
    const at = now();
    const level = levelAt(buckets.get(key), at, { limit: perSecond, perMs: 1_000 });
    const isAllowed = level >= 1;
    const left = isAllowed ? level - 1 : level;
    buckets.set(key, { level: left, at });
    return { isAllowed, limit: perSecond, remaining: Math.floor(left), resetSeconds: 1 };
  };
}
