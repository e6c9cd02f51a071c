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

/** Resolves after `ms`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
