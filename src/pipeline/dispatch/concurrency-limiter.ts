import { isSetBack } from '../../async/clock.ts';

/** The highest limit without a setting. */
export const concurrencyMax = 1_000;

const start = 8;
/** A limit below 1 is one request at a time with breaks in between, of so many times the base and at most so long. */
const least = 1 / 32;
const breakMsMax = 1_000;
/** The base that breaks assume while it is not known. */
const unknownMs = 100;
const usedPart = 3 / 4;
/** After so long without a response, or without a round that ends, what is known is old. */
const staleMs = 60_000;

/** A round may take this much longer than the base. */
const tolerance = 1.5;
const slackMs = 5;
/** What a round that took too long, and a refusal, leave of the limit at least. */
const backoff = 0.7;
/** A time above this part of an earlier one is not shorter. */
const sameFrom = 0.85;
/** Below this part of the base, a look has found it to be wrong. */
const wrongBelow = 0.8;

/** A look uses this part of the limit. */
const lookPart = 8;
const lookRoundMin = 4;
/** Doubtful limiters look at the next multiple of this time. */
const doubtMs = 2_500;
/** The first limit that lets requests wait for so long is doubtful. */
const longMs = 500;
const lookMs = { least: 10_000, most: 320_000 } as const;
/** A look takes some times the base: with so many bases in between it costs little. */
const lookBases = 60;

/** Times kept of a round, at most. */
const samplesMax = 256;
/** Responses of a round, at least. */
const roundMin = { doubling: 8, later: 16, breaks: 8 } as const;

const refusedMs = 30_000;
/** After so many in a row at a limit below 1 the receiver refuses everything; before, others may use it up. */
const deadRefusals = 6;
const nearRefused = 0.9;
const growthPerSecond = 0.015;
/** A refusal at less than this part of the remembered limit has another cause than the limit. */
const otherLevel = 0.7;
/** One refusal in so many responses says nothing. */
const responsesPerRefusal = 50;

/**
 * The number of requests that one destination may have in flight: as many as make its receiver faster. Requests at once
 * are deliveries a second × seconds that the receiver takes, so a slow one needs many; but one that is at its own limit
 * only lets more of them wait.
 *
 * A **round** is as many responses as the limit allows, to requests that were sent since the last change. Its time is the
 * lower quartile of theirs, so that slow outliers say nothing. The **base** is the shortest time of a round. While
 * the limit is in use:
 *
 *   round within 1.5 × base + 5 ms ──► the limit doubles, after the first contrary sign it grows by its square root
 *   longer round ──► a lower limit, in proportion
 *        next round not shorter ──► doubt: fewer did not help; it stays until a look
 *   look: one round with an eighth of the limit ──► its time is the receiver's own, and the base when there is doubt
 *
 * A look comes soon after a doubt, or after the first time that the limit was much too high, and else after 10 s, doubling to
 * 320 s while looks find nothing. Looks begin at multiples of these times, so that destinations that share a receiver look
 * together: alone, each would measure the queue of the others, and all would let it grow.
 *
 * A refusal (429, 503, no response) lowers the limit once for requests that were in flight together, and is remembered
 * for 30 s: close to that limit it grows by 1.5 % a second. One in 50 responses is ignored. When nothing but refusals has
 * come since the last one, the limit starts over. It falls below 1, to one request at a time with breaks in between, since
 * destinations that share a receiver may be too many for one request each.
 */
export class ConcurrencyLimiter {
  #limit: number = start;
  #isDoubling = true;
  #baseMs = Number.POSITIVE_INFINITY;
  #timeMs: number | null = null;

  /** Responses to earlier requests do not count. */
  #since = Number.NEGATIVE_INFINITY;
  #roundAt = Number.NEGATIVE_INFINITY;
  #count = 0;
  #times: number[] | null = null;
  /** The most requests in flight during the round. */
  #mostInFlight = 0;

  /** The time and the limit before a round that took too long; null: the last one did not. */
  #slow: { timeMs: number; limit: number; isDoubling: boolean } | null = null;
  #isInDoubt = false;
  /** The limit before the look that is under way; null: none is. */
  #lookedFrom: number | null = null;
  #lookAt = Number.POSITIVE_INFINITY;
  #lookEveryMs: number = lookMs.least;

  #refusedFrom = Number.POSITIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #forgiven = 0;
  /** How often refusals lowered the limit since the last good response. */
  #refusals = 0;
  #respondedAt = Number.NEGATIVE_INFINITY;
  #loweredAt = Number.NEGATIVE_INFINITY;
  #breakUntil = Number.NEGATIVE_INFINITY;

  /** `now`: after a minute without a response the limit starts over. */
  limit(now: number): number {
    if (now - this.#respondedAt > staleMs && this.#respondedAt > Number.NEGATIVE_INFINITY) this.#forget();
    return Math.max(1, Math.floor(this.#limit));
  }

  /** The end of the break before the next request; `now` or earlier: there is none. */
  breakUntil(now: number): number {
    // Longer: the clock was set back.
    return this.#breakUntil - now > breakMsMax ? now : this.#breakUntil;
  }

  /** The time of the receiver in the last round, with its queue; null: not known yet. */
  get timeMs(): number | null {
    return this.#timeMs;
  }

  /** Whether the receiver has lowered the limit a short time ago, by its time or by a refusal. */
  isReceiverBusy(now: number): boolean {
    return Math.abs(now - this.#loweredAt) < refusedMs;
  }

  /** `inFlight`: requests, with this one. `most`: the limit grows up to there. */
  responded(sentAt: number, now: number, inFlight: number, most: number): void {
    this.#followClock(now);
    this.#respondedAt = now;
    if (this.#isDoubling && this.#limit < 1) this.#limit = 1;
    this.#countResponse(sentAt, now, inFlight, most);
    this.#takeBreak(now);
  }

  #countResponse(sentAt: number, now: number, inFlight: number, most: number): void {
    this.#forgiven = Math.min(1 + this.#limit / responsesPerRefusal, this.#forgiven + 1 / responsesPerRefusal);
    if (inFlight > this.#mostInFlight) this.#mostInFlight = inFlight;
    if (now >= this.#lookAt) this.#look(now);
    if (sentAt < this.#since || sentAt > now) return;
    const size = this.#roundSize();
    this.#times ??= [];
    if (this.#count % Math.ceil(size / samplesMax) === 0) this.#times.push(now - sentAt);
    this.#count += 1;
    if (this.#count >= size) this.#endRound(now, most);
    else if (this.#count >= start && now - this.#roundAt > staleMs && this.#lookedFrom === null)
      this.#endRound(now, most);
  }

  /**
   * The receiver is overloaded or does not respond. `isLimit`: it allows fewer requests (429), which no circuit breaker counts:
   * the limit may fall below 1.
   */
  refused(sentAt: number, now: number, most: number, isLimit: boolean): void {
    this.#followClock(now);
    // Else it was in flight when the last one lowered the limit.
    if (sentAt >= this.#refusedAt) {
      if (this.#forgiven >= 1) this.#forgiven -= 1;
      else this.#lower(now, most, isLimit ? least : 1);
    }
    this.#takeBreak(now);
  }

  #takeBreak(now: number): void {
    if (this.#limit >= 1) return;
    const ownMs = this.#baseMs < Number.POSITIVE_INFINITY ? this.#baseMs : unknownMs;
    this.#breakUntil = now + Math.min(breakMsMax, ownMs * (1 / this.#limit - 1));
  }

  /** After a refusal. */
  #lower(now: number, most: number, least: number): void {
    const limit = Math.min(this.#lookedFrom ?? this.#limit, most);
    const isDead = this.#respondedAt <= this.#refusedAt;
    const isElsewhere = now - this.#refusedAt < refusedMs && limit < otherLevel * this.#refusedFrom;
    this.#refusedFrom = isElsewhere ? Number.POSITIVE_INFINITY : limit;
    this.#refusedAt = now;
    this.#loweredAt = now;
    this.#limit = Math.max(Math.min(least, limit), Math.min(limit * backoff, isDead ? start : limit));
    this.#refusals = isDead ? this.#refusals + 1 : 1;
    this.#isDoubling = isDead && (limit > 1 || this.#refusals >= deadRefusals);
    if (isDead) this.#baseMs = Number.POSITIVE_INFINITY;
    this.#slow = null;
    this.#isInDoubt = false;
    this.#lookedFrom = null;
    this.#planLook(now);
    this.#beginAfresh(now);
  }

  #roundSize(): number {
    if (this.#limit < 1) return roundMin.breaks;
    const limit = Math.floor(this.#limit);
    if (this.#lookedFrom !== null) return Math.max(lookRoundMin, limit);
    return Math.max(limit, this.#isDoubling ? roundMin.doubling : Math.min(roundMin.later, 4 * limit));
  }

  #endRound(now: number, most: number): void {
    const times = this.#times?.sort((one, other) => one - other) ?? [];
    const timeMs = times[times.length >> 2] ?? 0;
    if (this.#lookedFrom !== null) {
      this.#endLook(this.#lookedFrom, timeMs, now);
      return;
    }
    const earlierMs = this.#timeMs;
    this.#timeMs = timeMs;
    this.#baseMs = Math.min(this.#baseMs, timeMs);
    if (earlierMs === null) this.#planLook(now);
    const isLowered = timeMs > this.#boundMs && this.#tooLong(timeMs, now);
    if (timeMs <= this.#boundMs) {
      this.#slow = null;
      this.#isInDoubt = false;
      if (this.#isUsed) this.#grow(now, most);
      else this.#limit = Math.min(this.#limit, Math.max(start, 2 * this.#mostInFlight));
    }
    if (isLowered) this.#beginAfresh(now);
    else this.#beginRound(now);
  }

  /** So much of it was in use that deliveries may wait for it: replayed ones may use three quarters. */
  get #isUsed(): boolean {
    return this.#mostInFlight >= Math.floor(usedPart * this.#limit);
  }

  get #boundMs(): number {
    return this.#baseMs * tolerance + slackMs;
  }

  /** Returns whether the limit was lowered. */
  #tooLong(timeMs: number, now: number): boolean {
    if (this.#isInDoubt) return false;
    if (this.#slow !== null && timeMs >= sameFrom * this.#slow.timeMs) {
      this.#isInDoubt = true;
      this.#lookEveryMs = lookMs.least;
      this.#lookAt = nextMultiple(now, doubtMs);
      return false;
    }
    if (!this.#isUsed) return false;
    this.#slow = { timeMs, limit: this.#limit, isDoubling: this.#isDoubling };
    const part = Math.max(backoff, (nearRefused * this.#boundMs) / timeMs);
    this.#limit = Math.max(Math.min(1, this.#limit), part * this.#limit);
    // Many others may have begun at the same time: then even the first time here was that of their queue.
    if (this.#isDoubling && timeMs >= longMs) this.#lookAt = nextMultiple(now, doubtMs);
    this.#isDoubling = false;
    this.#loweredAt = now;
    return true;
  }

  #grow(now: number, most: number): void {
    const refusedFrom = now - this.#refusedAt <= refusedMs ? this.#refusedFrom : Number.POSITIVE_INFINITY;
    const near = nearRefused * refusedFrom;
    const step = this.#limit < 1 ? this.#limit / 2 : Math.max(1, Math.sqrt(this.#limit));
    if (this.#isDoubling) this.#limit *= 2;
    else if (this.#limit >= near) this.#limit += (growthPerSecond * this.#limit * (now - this.#roundAt)) / 1_000;
    else this.#limit = this.#limit + step < refusedFrom ? this.#limit + step : near;
    this.#limit = Math.min(most, this.#limit);
  }

  /** Begins a look, when deliveries wait for the limit or it is in doubt. */
  #look(now: number): void {
    if ((!this.#isUsed && !this.#isInDoubt) || this.#limit < 1) {
      this.#planLook(now);
      return;
    }
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#lookedFrom = this.#limit;
    this.#limit = Math.max(1, this.#limit / lookPart);
    this.#beginAfresh(now);
  }

  #endLook(from: number, ownMs: number, now: number): void {
    const isWrong = this.#isInDoubt || ownMs < wrongBelow * this.#baseMs;
    this.#baseMs = this.#isInDoubt ? ownMs : Math.min(this.#baseMs, ownMs);
    const earlierMs = this.#timeMs ?? ownMs;
    if (earlierMs > this.#boundMs) {
      this.#limit = Math.max(1, (from * nearRefused * this.#boundMs) / earlierMs);
      this.#isDoubling = false;
      this.#loweredAt = now;
    } else {
      this.#limit = from;
      // It was lowered in vain.
      if (this.#isInDoubt && this.#slow !== null) {
        this.#limit = Math.max(from, this.#slow.limit);
        this.#isDoubling ||= this.#slow.isDoubling;
      }
    }
    this.#lookEveryMs = isWrong ? lookMs.least : Math.min(lookMs.most, 2 * this.#lookEveryMs);
    this.#lookedFrom = null;
    this.#slow = null;
    this.#isInDoubt = false;
    this.#planLook(now);
    this.#beginAfresh(now);
  }

  #planLook(now: number): void {
    if (this.#timeMs === null) return;
    const baseMs = Math.min(this.#baseMs, this.#timeMs);
    while (this.#lookEveryMs < Math.min(lookMs.most, lookBases * baseMs)) this.#lookEveryMs *= 2;
    this.#lookAt = nextMultiple(now + 10 * baseMs, this.#lookEveryMs);
  }

  #beginRound(now: number): void {
    this.#roundAt = now;
    this.#count = 0;
    if (this.#times !== null) this.#times.length = 0;
    this.#mostInFlight = 0;
  }

  /** Begins a round of requests that are sent from now on. */
  #beginAfresh(now: number): void {
    this.#since = now;
    this.#beginRound(now);
  }

  /** After the clock was set back, nothing is known about the order of earlier requests. */
  #followClock(now: number): void {
    if (!isSetBack(this.#respondedAt, now) && !isSetBack(this.#refusedAt, now)) return;
    this.#since = Number.NEGATIVE_INFINITY;
    this.#refusedAt = Number.NEGATIVE_INFINITY;
    this.#loweredAt = Number.NEGATIVE_INFINITY;
    this.#respondedAt = now;
    this.#roundAt = now;
    this.#planLook(now);
  }

  #forget(): void {
    this.#limit = start;
    this.#isDoubling = true;
    this.#baseMs = Number.POSITIVE_INFINITY;
    this.#timeMs = null;
    this.#times = null;
    this.#slow = null;
    this.#isInDoubt = false;
    this.#lookedFrom = null;
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#lookEveryMs = lookMs.least;
    this.#refusedFrom = Number.POSITIVE_INFINITY;
    this.#breakUntil = Number.NEGATIVE_INFINITY;
    this.#respondedAt = Number.NEGATIVE_INFINITY;
    this.#beginAfresh(Number.NEGATIVE_INFINITY);
  }
}

function nextMultiple(after: number, of: number): number {
  return (Math.floor(after / of) + 1) * of;
}
