import type { Quota } from '../../connections/quota.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';

export type Rate = Pick<ConnectionBody['settings']['rate'], 'limit' | 'perMs'>;

/**
 * How many requests may leave: what a person set (`limit` in any stretch of `perMs`), what the peer told of its own count,
 * and the quiet that it asked for. Waiting for it is no attempt. All times are ms since the epoch.
 */
export type Budget = {
  /** When the next request may leave; `now` or earlier: at once. `rate` null: no limit of a person's. */
  freeAt(now: number, rate: Rate | null): number;
  /** One request leaves. */
  spend(now: number, rate: Rate | null): void;
  /** The request that was spent last did not leave after all. */
  refund(rate: Rate | null): void;
  /** What an answer told of the peer's count; `inFlight`: requests that it may not have counted yet. */
  learn(quota: Quota, inFlight: number, now: number): void;
  quiet(until: number): void;
  /** How far apart requests leave that are spread evenly over what is allowed, in ms; 0: no limit is known. */
  paceMs(now: number, rate: Rate | null): number;
};

export function createBudget(): Budget {
  /** The times of the last `limit` requests, a ring: `at` is the oldest. */
  let times = new Float64Array(0);
  let at = 0;
  let left = Number.POSITIVE_INFINITY;
  let leftUntil = 0;
  let quietUntil = 0;

  function ringOf(limit: number): Float64Array {
    if (times.length === limit) return times;
    const inOrder = [...times.subarray(at), ...times.subarray(0, at)].slice(-limit);
    times = new Float64Array(limit);
    times.set(inOrder, limit - inOrder.length);
    at = 0;
    return times;
  }

  return {
    freeAt(now, rate) {
      const counted = left <= 0 ? leftUntil : 0;
      if (rate === null || rate.limit === null) return Math.max(quietUntil, counted);
      const oldest = ringOf(rate.limit)[at] ?? 0;
      // A clock that was set back must not close it for long.
      return Math.max(quietUntil, counted, oldest === 0 ? 0 : Math.min(oldest, now) + rate.perMs);
    },
    spend(now, rate) {
      if (now < leftUntil) left -= 1;
      if (rate === null || rate.limit === null) return;
      ringOf(rate.limit)[at] = now;
      at = (at + 1) % rate.limit;
    },
    refund(rate) {
      left += 1;
      if (rate === null || rate.limit === null) return;
      const ring = ringOf(rate.limit);
      at = (at + rate.limit - 1) % rate.limit;
      ring[at] = 0;
    },
    learn({ remaining, resetMs }, inFlight, now) {
      const until = now + resetMs;
      const free = Math.max(0, remaining - inFlight);
      // Answers of one window come in any order: its count only falls.
      left = now < leftUntil && until <= leftUntil + sameWindowMs ? Math.min(left, free) : free;
      leftUntil = until;
    },
    quiet(until) {
      quietUntil = Math.max(quietUntil, until);
    },
    paceMs(now, rate) {
      const set = rate === null || rate.limit === null ? 0 : rate.perMs / rate.limit;
      const told = now < leftUntil && left > 0 ? (leftUntil - now) / left : 0;
      return Math.max(set, told);
    },
  };
}

/** Resets are told in whole seconds. */
const sameWindowMs = 1_500;
