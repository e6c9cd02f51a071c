/** Time as an argument: ms since the epoch, and a call after a delay. Tests and simulations bring their own. */
export interface Clock {
  now(): number;
  /** Calls once after `ms` (never early); answers the way to call it off. */
  after(ms: number, call: () => void): () => void;
}

const longest = 2 ** 31 - 1;

/** The machine's clock. Its timers don't keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, Math.ceil(ms)), longest));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
