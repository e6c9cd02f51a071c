import { type BucketRate, slidingWindow } from '../../async/rate-limiter.ts';
import type { Quota } from '../../connections/quota.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';

export type Rate = Pick<ConnectionBody['settings']['rate'], 'limit' | 'perMs'>;

export type RateLimiter = ReturnType<typeof createRateLimiter>;

/**
 * The rate limit of requests: the configured limit (`limit` in any interval of `perMs`), the peer's own quota, and the
 * pause that it asked for. Waiting for it is not an attempt. All times are ms since the epoch.
 */
export function createRateLimiter() {
  const window = slidingWindow();
  let left = Number.POSITIVE_INFINITY;
  let leftUntil = 0;
  let quietUntil = 0;
  let askedAt = 0;

  /** When the clock was set back, all times move with it, so that no wait becomes longer. */
  function followClock(now: number): void {
    const backMs = askedAt - now;
    askedAt = now;
    if (backMs <= clockToleranceMs) return;
    leftUntil -= backMs;
    quietUntil -= backMs;
    window.moveBack(backMs);
  }

  return {
    /** When the next request is allowed; `now` or earlier: at once. `rate` null: no configured limit. */
    freeAt(now: number, rate: Rate | null): number {
      followClock(now);
      const counted = left <= 0 ? leftUntil : 0;
      return Math.max(quietUntil, counted, isSet(rate) ? window.freeAt(rate) : 0);
    },
    /** Counts one request. */
    spend(now: number, rate: Rate | null): void {
      if (now < leftUntil) left -= 1;
      if (isSet(rate)) window.spend(now, rate);
    },
    /** Takes back the `spend` at `spentAt`, whose request was not sent. */
    refund(spentAt: number, rate: Rate | null): void {
      left += 1;
      if (isSet(rate)) window.refund(spentAt, rate);
    },
    /** Takes the peer's quota from a response; `inFlight`: requests that it may not have counted yet. */
    learn({ remaining, resetMs }: Quota, inFlight: number, now: number): void {
      const until = now + resetMs;
      const free = Math.max(0, remaining - inFlight);
      // Responses of one window can arrive in any order, so its count only decreases.
      left = now < leftUntil && until <= leftUntil + sameWindowMs ? Math.min(left, free) : free;
      leftUntil = until;
    },
    quiet(until: number): void {
      quietUntil = Math.max(quietUntil, until);
    },
    /** The interval of requests that are spread evenly over the allowed rate, in ms; 0: no limit is known. */
    paceMs(now: number, rate: Rate | null): number {
      const set = isSet(rate) ? rate.perMs / rate.limit : 0;
      const reported = now < leftUntil && left > 0 ? (leftUntil - now) / left : 0;
      return Math.max(set, reported);
    },
  };
}

function isSet(rate: Rate | null): rate is BucketRate {
  return rate !== null && rate.limit !== null;
}

/** A smaller correction of the clock delays requests by no more than that. */
const clockToleranceMs = 1_000;

/** Peers send reset times in whole seconds. */
const sameWindowMs = 1_500;
