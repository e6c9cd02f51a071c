/** Time as an argument: ms since the epoch, and a call after a delay. Tests and simulations bring their own. */
export interface Clock {
  now(): number;
  /** Calls once after `ms` (never early); answers the way to call it off. */
  after(ms: number, call: () => void): () => void;
}

const longest = 60_000;

/**
 * The machine's clock. Its timers don't keep the process alive. Timers of the system stand still while a machine sleeps
 * and know nothing of a clock that is set: a long wait looks at the time each minute and ends when it has come, or when
 * it has passed by either.
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

/** Resolves after `ms`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
