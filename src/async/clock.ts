/** Time as an argument: ms since the epoch, and a call after a delay. Tests and simulations pass their own clock. */
export interface Clock {
  now(): number;
  /** Calls once after `ms`, never early; returns a function that cancels the call. */
  after(ms: number, call: () => void): () => void;
}

const longest = 60_000;

/**
 * The machine's clock. Its timers don't keep the process alive. System timers stop while a machine sleeps and ignore
 * changes of the clock, so a long wait checks the time every minute: it ends when its time is reached, or when `ms`
 * have passed on the system timer.
 */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, call) {
    const at = Date.now() + ms;
    let leftMs = Math.max(0, Math.ceil(ms));
    const wait = (): NodeJS.Timeout => {
      const stepMs = Math.min(leftMs, longest);
      return setTimeout(() => {
        leftMs -= stepMs;
        if (leftMs <= 0 || Date.now() >= at) call();
        else timer = wait();
      }, stepMs).unref();
    };
    let timer = wait();
    return () => clearTimeout(timer);
  },
};

const dayMs = 86_400_000;
/** The day of the last time, and its text up to the `T`: a text is put together in an eighth of the time that Date takes. */
let lastDay = { number: 0, text: '1970-01-01T' };

/** The latest time: at a high rate, many events have the same millisecond. */
let latest = { ms: 0, text: '1970-01-01T00:00:00.000Z' };

/** RFC 3339 in UTC with milliseconds. */
export function isoTime(ms: number): string {
  if (ms !== latest.ms) latest = { ms, text: textOf(Math.trunc(ms)) };
  return latest.text;
}

function textOf(ms: number): string {
  const number = Math.floor(ms / dayMs);
  if (number !== lastDay.number) {
    const text = new Date(ms).toISOString();
    lastDay = { number, text: text.slice(0, text.indexOf('T') + 1) };
  }
  const ofDay = ms - number * dayMs;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const time = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  return `${lastDay.text}${time}.${threeDigits[ofDay % 1_000]}Z`;
}

const digits = (length: number, count: number) =>
  Array.from({ length: count }, (_, number) => String(number).padStart(length, '0'));
const twoDigits = digits(2, 60);
const threeDigits = digits(3, 1_000);

/** A difference up to this is a correction of the clock, or a time that was read a moment before. */
const correctionMs = 1_000;

/** Whether the clock was set back after `at` was read from it. */
export function isSetBack(at: number, now: number): boolean {
  return at - now > correctionMs;
}

/** At most one pending call; `at` is Infinity without one. */
export type Timer = { at: number; cancel: (() => void) | null };

export const idleTimer = (): Timer => ({ at: Number.POSITIVE_INFINITY, cancel: null });

/** Calls at `at`, or at the earlier time that is already set. */
export function setTimer(timer: Timer, at: number, clock: Clock, call: () => void): void {
  if (at >= timer.at) return;
  stopTimer(timer);
  timer.cancel = clock.after(at - clock.now(), () => {
    timer.at = Number.POSITIVE_INFINITY;
    timer.cancel = null;
    call();
  });
  timer.at = at;
}

export function stopTimer(timer: Timer): void {
  timer.cancel?.();
  timer.at = Number.POSITIVE_INFINITY;
  timer.cancel = null;
}

/** Resolves after `ms`, or when `end` is aborted. */
export function pause(clock: Clock, ms: number, end?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(end?.aborted === true ? 0 : ms, () => {
      end?.removeEventListener('abort', stop);
      resolve();
    });
    function stop() {
      cancel();
      resolve();
    }
    end?.addEventListener('abort', stop, { once: true });
  });
}

const backoffMs = { first: 1_000, most: 30_000 };

/** The wait after an error of Millrace itself that followed `failures` others in a row: 1 s, doubling to 30 s. */
export function errorBackoffMs(failures: number): number {
  return Math.min(backoffMs.first * 2 ** failures, backoffMs.most);
}
