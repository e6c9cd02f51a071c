/** The processor time of this thread, in microseconds: unlike a clock, it does not depend on other programs. */
export function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** The least processor time of some runs, in microseconds. What is short is run many `times`: the clock is coarse. */
export function leastUs(run: () => unknown, { runs = 5, times = 1 } = {}): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = threadUs();
    for (let n = 0; n < times; n++) run();
    least = Math.min(least, threadUs() - start);
  }
  return least / times;
}

/** Watches the turns of the event loop until it is asked for the longest one and their sum, in processor time. */
export function watchTurns(): () => { longestUs: number; allUs: number } {
  const startUs = threadUs();
  let lastUs = startUs;
  let longestUs = 0;
  const timer = setInterval(() => {
    const nowUs = threadUs();
    longestUs = Math.max(longestUs, nowUs - lastUs);
    lastUs = nowUs;
  }, 1);
  return () => {
    clearInterval(timer);
    return { longestUs, allUs: threadUs() - startUs };
  };
}
