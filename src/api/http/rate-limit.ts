/** Whether a request may go on, what is left for now, and when there is more, in whole seconds. */
export type Allowance = { isAllowed: boolean; limit: number; remaining: number; resetSeconds: number };

const bucketsMax = 20_000;

/**
 * Token buckets: `perSecond` requests each second, as many at once after a quiet one. Holds at most 20,000 buckets;
 * those that were quiet the longest are forgotten first, which only makes them full again.
 */
export function rateLimit(perSecond: number, now: () => number): (key: string) => Allowance {
  const buckets = new Map<string, { level: number; at: number }>();
  return (key) => {
    const at = now();
    const before = buckets.get(key);
    const refilled =
      before === undefined ? perSecond : before.level + (Math.max(0, at - before.at) / 1_000) * perSecond;
    const level = Math.min(perSecond, refilled);
    const isAllowed = level >= 1;
    const left = isAllowed ? level - 1 : level;
    if (before !== undefined) buckets.delete(key);
    else if (buckets.size >= bucketsMax) buckets.delete(buckets.keys().next().value ?? key);
    buckets.set(key, { level: left, at });
    return { isAllowed, limit: perSecond, remaining: Math.floor(left), resetSeconds: 1 };
  };
}
