import { isSetBack } from '../../async/clock.ts';
import type { BucketRate as Rate } from '../../async/rate-limiter.ts';
import type { Quota } from '../attempt/quota.ts';
import type { RateRecord } from './rate-record.ts';

export type { Rate };

export type RateLimiter = ReturnType<typeof createRateLimiter>;

/**
 * The rate limit of requests: the configured limit (`limit` in any interval of `perMs`), the peer's own quota, and the
 * pause that it asked for. Waiting for it is not an attempt. All times are ms since the epoch.
 */
export function createRateLimiter() {
  const window = slidingWindow();
  let keep: (() => RateRecord) | null = null;
  let record: RateRecord | null = null;
  let left = Number.POSITIVE_INFINITY;
  let leftUntil = 0;
  /** The highest number of requests left that the peer has told of the window. */
  let mostLeft = 0;
  let isAssumed = false;
  let quietUntil = 0;
  let askedAt = 0;

  /** When the clock was set back, all times move with it, so that no wait becomes longer. */
  function followClock(now: number): void {
    const backMs = askedAt - now;
    const isBack = isSetBack(askedAt, now);
    askedAt = now;
    if (!isBack) return;
    leftUntil -= backMs;
    quietUntil -= backMs;
    window.moveBack(backMs);
    record?.moveBack(backMs);
  }

  /**
   * The window of the peer is over. Until a response tells of the next one it is taken as equal, since many requests may be
   * sent before; a peer that tells nothing more has no quota.
   */
  function assumeWindow(now: number): void {
    left = isAssumed ? Number.POSITIVE_INFINITY : Math.max(1, mostLeft);
    leftUntil = isAssumed ? 0 : now + assumedMs;
    isAssumed = !isAssumed;
  }

  return {
    /** Requests are recorded for the next process: those of the last one count, and none is sent that it would not know of. */
    keep(create: () => RateRecord): void {
      keep = create;
    },
    /** When the next request is allowed; `now` or earlier: at once. `rate` null: no configured limit. */
    freeAt(now: number, rate: Rate | null): number {
      followClock(now);
      if (leftUntil > 0 && now >= leftUntil) assumeWindow(now);
      const counted = left <= 0 ? leftUntil : 0;
      if (rate === null) return Math.max(quietUntil, counted);
      if (record === null && keep !== null) {
        record = keep();
        record.attach(window.reserved());
      }
      const sent = record?.takeRestored() ?? null;
      if (sent !== null) window.restore(sent, rate);
      return Math.max(quietUntil, counted, window.freeAt(now, rate));
    },
    /** Whether the next process would know of one more request. Otherwise it does soon. */
    isKept: (rate: Rate | null): boolean => rate === null || record === null || record.covers(rate),
    /** Whether it would know of those that are reserved, when a write is over; null: yes. */
    kept: (): Promise<boolean> | null => record?.written() ?? null,
    /** Counts one request that is about to be sent. */
    reserve(): void {
      left -= 1;
      window.reserve();
      record?.reserve();
    },
    /** A reserved request was sent. */
    spend(now: number, rate: Rate | null): void {
      window.spend(now, rate);
      record?.spend(now, rate);
    },
    /** A reserved request is not sent. */
    release(): void {
      left += 1;
      window.release();
      record?.release();
    },
    /** Takes the peer's quota from a response; `inFlight`: requests that it may not have counted yet. */
    learn({ remaining, resetMs }: Quota, inFlight: number, now: number): void {
      const until = now + resetMs;
      const free = Math.max(0, remaining - inFlight);
      // Responses of one window can arrive in any order, so its count only decreases.
      const isSame = !isAssumed && now < leftUntil && until <= leftUntil + sameWindowMs;
      left = isSame ? Math.min(left, free) : free;
      mostLeft = isSame ? Math.max(mostLeft, remaining) : remaining;
      leftUntil = until;
      isAssumed = false;
    },
    quiet(until: number): void {
      quietUntil = Math.max(quietUntil, until);
    },
    /** The end of what the peer asked for, its pause or a used up quota; in the past or 0: nothing. */
    askedUntil: (): number => Math.max(quietUntil, left <= 0 ? leftUntil : 0),
    /** The quota and the pause of the peer end: requests go to another one now, or a person wants to send. */
    forgetPeer(): void {
      left = Number.POSITIVE_INFINITY;
      leftUntil = 0;
      isAssumed = false;
      quietUntil = 0;
    },
    /** The interval of requests that are spread evenly over the allowed rate, in ms; 0: no limit is known. */
    paceMs(now: number, rate: Rate | null): number {
      const set = rate === null ? 0 : rate.perMs / rate.limit;
      const reported = !isAssumed && now < leftUntil && left > 0 ? (leftUntil - now) / left : 0;
      return Math.max(set, reported);
    },
  };
}

/**
 * An exact limit: at most `limit` in any interval of `perMs`, while a token bucket allows up to twice as many. One is
 * reserved before it happens, and counts from then until `perMs` after it has happened, however long it takes in between.
 */
function slidingWindow() {
  /** Ring buffer of the last `limit` times; `at` is the index of the oldest; 0: none. */
  let times = new Float64Array(0);
  let at = 0;
  let reserved = 0;

  function ringOf(limit: number): Float64Array {
    if (times.length === limit) return times;
    const inOrder = [...times.subarray(at), ...times.subarray(0, at)].slice(-limit);
    times = new Float64Array(limit);
    times.set(inOrder, limit - inOrder.length);
    at = 0;
    return times;
  }

  return {
    /**
     * When the next one may be reserved; now or earlier: at once. While as many as allowed are reserved this is the
     * earliest time that is possible: ask again then.
     */
    freeAt(now: number, { limit, perMs }: Rate): number {
      const ring = ringOf(limit);
      if (reserved >= limit) return now + perMs;
      const oldest = ring[(at + reserved) % limit] ?? 0;
      return oldest === 0 ? 0 : oldest + perMs;
    },
    reserved: (): number => reserved,
    /** Continues with the times of a former process, groups of some at one time. */
    restore(sent: readonly { last: number; count: number }[], { limit }: Rate): void {
      const ring = ringOf(limit);
      let free = limit;
      for (const { last, count } of sent.toReversed()) {
        const some = Math.min(count, free);
        ring.fill(last, free - some, free);
        free -= some;
      }
      at = 0;
    },
    /** Makes all times earlier. */
    moveBack(ms: number): void {
      times = times.map((time) => (time === 0 ? 0 : Math.max(1, time - ms)));
    },
    reserve(): void {
      reserved += 1;
    },
    /** Takes back a reserved one that will not happen. */
    release(): void {
      reserved -= 1;
    },
    /** A reserved one has happened. `rate` null: there is no limit now. */
    spend(now: number, rate: Rate | null): void {
      reserved -= 1;
      if (rate === null) return;
      ringOf(rate.limit)[at] = now;
      at = (at + 1) % rate.limit;
    },
  };
}

/** How long requests wait for a response that tells of the next window. */
const assumedMs = 10_000;

/** Peers send reset times in whole seconds. */
const sameWindowMs = 1_500;
