// Returns the memory that the start of a thread used, in its first idle second: of the main thread 20 of some 130 MiB, of a
// storage thread 4 of 11, most of it room for new objects that V8 would keep. It blocks the main thread for 80 ms, so it is done
// neither before the server listens nor while events arrive: 500 events per second use a sixth of the time of the main thread.
// Without `--expose-gc` nothing is done.

const lookEveryMs = 1_000;
const looksMost = 30;
/** The share of the event loop's time below which a thread is idle. */
const idleShare = 0.02;

if (globalThis.gc !== undefined) {
  let last = performance.eventLoopUtilization();
  let looks = 0;
  const look = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const isIdle = performance.eventLoopUtilization(now, last).utilization < idleShare;
    last = now;
    if (isIdle) globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    if (isIdle || ++looks === looksMost) clearInterval(look);
  }, lookEveryMs).unref();
}
