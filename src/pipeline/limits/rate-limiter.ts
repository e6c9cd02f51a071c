import { type BucketRate, slidingWindow } from '../../async/rate-limiter.ts';
import type { Quota } from '../../connections/quota.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';

export type Rate = Pick<ConnectionBody['settings']['rate'], 'limit' | 'perMs'>;

/**
 * How many requests may leave: what a person set (`limit` in any stretch of `perMs`), what the peer told of its own count,
 * and the quiet that it asked for. Waiting for it is no attempt. All times are ms since the epoch.
 */
export type RateLimiter = {
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

export function createRateLimiter(): RateLimiter {
  const window = slidingWindow();
  let left = Number.POSITIVE_INFINITY;
  let leftUntil = 0;
  let quietUntil = 0;

  return {
    freeAt(now, rate) {
      const counted = left <= 0 ? leftUntil : 0;
      return Math.max(quietUntil, counted, isSet(rate) ? window.freeAt(now, rate) : 0);
    },
    spend(now, rate) {
      if (now < leftUntil) left -= 1;
      if (isSet(rate)) window.spend(now, rate);
    },
    refund(rate) {
      left += 1;
      if (isSet(rate)) window.refund(rate);
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
      const set = isSet(rate) ? rate.perMs / rate.limit : 0;
      const reported = now < leftUntil && left > 0 ? (leftUntil - now) / left : 0;
      return Math.max(set, reported);
    },
  };
}

function isSet(rate: Rate | null): rate is BucketRate {
  return rate !== null && rate.limit !== null;
}

/** Resets are told in whole seconds. */
const sameWindowMs = 1_500;
