import { type Bucket, levelAt, recentKeys } from '../../async/rate-limiter.ts';

/** Whether a request may go on, what is left for now, and when there is more, in whole seconds. */
export type Allowance = { isAllowed: boolean; limit: number; remaining: number; resetSeconds: number };

const bucketsMax = 20_000;

/**
 * A token bucket for each key: `perSecond` requests each second, as many at once after a quiet one. Holds at most 20,000
 * buckets; those that were quiet the longest are forgotten first, which only makes them full again.
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
