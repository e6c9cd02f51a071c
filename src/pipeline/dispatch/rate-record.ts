import type { BucketRate as Rate } from '../../async/rate-limiter.ts';

/** Requests that were sent from `first` to `last` (ms since the epoch). */
type Group = { first: number; last: number; count: number };

/** What is stored of a rate. `sent`: times with counts. `ahead`: requests that may have been sent since. */
type Stored = { sent: [at: number, count: number][]; ahead: number };

/** A group may count as sent up to this part of the period later than it was. */
const groupPart = 1 / 50;
const aheadMs = 100;

/** The requests that may be sent before the next write: 2 % of the limit, or what it allows in 100 ms. At least one. */
const stepOf = ({ limit, perMs }: Rate): number =>
  Math.min(limit, Math.max(1, Math.ceil(limit * groupPart), Math.ceil((limit * aheadMs) / perMs)));

/**
 * What the next process, or the next owner, has to know of the requests of one rate, so that it exceeds it in no interval:
 *
 *   * Before a request is sent, a number of requests ahead is on disk. They count as sent when they are read: the last moment
 *     at which a dead process can have sent them.
 *   * The times of those before are in groups of up to 2 % of the period, each at its last time. With a limit up to 50 each time
 *     is exact.
 *
 * A write replaces both. While one is under way, the old and the new one must hold, since either may be on disk at a crash.
 */
export class RateRecord {
  readonly #need: () => void;
  #groups: Group[] = [];
  #restored: readonly Group[] | null = null;
  #rate: Rate | null = null;
  /** Requests that are decided and not sent yet. */
  #open = 0;
  /** Requests ahead that are on disk, and how many were sent since that was put together. */
  #ahead = 0;
  #sent = 0;
  #writing: { ahead: number; sent: number } | null = null;
  readonly #waiting: ((isWritten: boolean) => void)[] = [];

  /** `need`: it must be written. */
  constructor(need: () => void) {
    this.#need = need;
  }

  /** Continues with what a former process has stored. */
  restore(text: string, now: number): void {
    const { sent, ahead } = JSON.parse(text) as Stored; // written below
    if (ahead > 0) sent.push([now, ahead]);
    // Times of a clock that was ahead make no wait longer.
    this.#groups = sent.map(([at, count]) => ({ first: Math.min(at, now), last: Math.min(at, now), count }));
    this.#restored = this.#groups.map((group) => ({ ...group }));
  }

  /** A rate limiter uses it from now on, with requests that are reserved. It has to know of what was sent. */
  attach(reserved: number): void {
    this.#open = reserved;
    if (this.#groups.length > 0) this.#restored = this.#groups.map((group) => ({ ...group }));
  }

  /** What the rate limiter has to know of, once; null: nothing. */
  takeRestored(): readonly Group[] | null {
    const restored = this.#restored;
    this.#restored = null;
    return restored;
  }

  /** Whether one more may be sent. Otherwise it is written soon. */
  covers(rate: Rate): boolean {
    this.#rate = rate;
    const isCovered =
      this.#open + this.#sent < this.#ahead &&
      (this.#writing === null || this.#open + this.#writing.sent < this.#writing.ahead);
    if (!isCovered) this.#need();
    return isCovered;
  }

  /** Resolves when those that are reserved are on disk, with false when they will not be; null: they are. */
  written(): Promise<boolean> | null {
    if (this.#rate === null || this.#open + this.#sent <= this.#ahead) return null;
    this.#need();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  reserve(): void {
    this.#open += 1;
    const left = this.#ahead - this.#open - this.#sent;
    if (this.#rate !== null && left <= stepOf(this.#rate) / 2) this.#need();
  }

  release(): void {
    this.#open -= 1;
  }

  /** `rate` null: there is no limit now. */
  spend(now: number, rate: Rate | null): void {
    this.#open -= 1;
    this.#rate = rate;
    if (rate === null) return;
    this.#sent += 1;
    if (this.#writing !== null) this.#writing.sent += 1;
    const group = this.#groups.at(-1);
    const withinMs = rate.limit * groupPart > 1 ? rate.perMs * groupPart : 1;
    if (group !== undefined && now - group.first < withinMs)
      Object.assign(group, { last: now, count: group.count + 1 });
    else this.#groups.push({ first: now, last: now, count: 1 });
  }

  moveBack(ms: number): void {
    for (const group of this.#groups) Object.assign(group, { first: group.first - ms, last: group.last - ms });
  }

  /** Whether anything was asked of it since the start, so that it differs from what is stored. */
  get isUsed(): boolean {
    return this.#rate !== null;
  }

  /** The text to be written, with requests ahead; null: there is nothing to say. `saved` follows when it is on disk. */
  next(now: number): string | null {
    this.#writing = { ahead: this.#open + (this.#rate === null ? 0 : stepOf(this.#rate)), sent: 0 };
    return this.#textWith(now, this.#writing.ahead);
  }

  saved(): void {
    if (this.#writing !== null) [this.#ahead, this.#sent] = [this.#writing.ahead, this.#writing.sent];
    this.#writing = null;
    if (this.#open + this.#sent <= this.#ahead) this.end(true);
    else if (this.#waiting.length > 0) this.#need();
  }

  /** Those that wait for a write continue. */
  end(isWritten: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(isWritten);
  }

  /** The text at the end of this process, which sends nothing more. */
  last(now: number): string | null {
    return this.#textWith(now, this.#open);
  }

  #textWith(now: number, ahead: number): string | null {
    const { perMs } = this.#rate ?? { perMs: 0 };
    const over = this.#groups.findIndex(({ last }) => last > now - perMs);
    this.#groups.splice(0, over < 0 ? this.#groups.length : over);
    if (ahead === 0 && this.#groups.length === 0) return null;
    const sent = this.#groups.map(({ last, count }): [number, number] => [last, count]);
    return JSON.stringify({ sent, ahead } satisfies Stored);
  }
}
