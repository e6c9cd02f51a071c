import { getHeapStatistics } from 'node:v8';

// Returns memory that a thread used and no longer needs: that of its start in its first idle second, later that of a load.
// Of the start it is 20 of some 130 MiB in the main thread and 4 of 11 in a storage thread, most of it room for new objects
// that V8 would keep. A collection blocks its thread for 80 to 150 ms, so it runs only when the thread was idle: 500 events
// per second use a sixth of the time of the main thread. Without `--expose-gc` nothing is done.

/** The share of the event loop's time below which a thread is idle. */
const idleShare = 0.02;
const atStart = { lookEveryMs: 1_000, looksMax: 30 };
const afterwards = { lookEveryMs: 10_000, grownBytes: 24 * 2 ** 20 };

/** What the watch uses of its thread. */
type Thread = {
  /** The share of time in which the thread worked since the last call. */
  utilization(): number;
  /** The memory of the heap, with its unused parts. */
  heapBytes(): number;
  collect(): void;
  /** Calls back at an interval; returns a function that ends that. */
  every(ms: number, look: () => void): () => void;
};

/**
 * Collects garbage in the first idle second of a thread's first 30, and then whenever the thread was idle for ten seconds and
 * its heap has grown by 24 MiB since the last collection.
 */
export function watchIdleMemory({ utilization, heapBytes, collect, every }: Thread): void {
  let looks = 0;
  const end = every(atStart.lookEveryMs, () => {
    const isIdle = utilization() < idleShare;
    if (isIdle) collect();
    if (!isIdle && ++looks < atStart.looksMax) return;
    end();
    let keptBytes = heapBytes();
    every(afterwards.lookEveryMs, () => {
      if (utilization() >= idleShare || heapBytes() - keptBytes < afterwards.grownBytes) return;
      collect();
      keptBytes = heapBytes();
    });
  });
}

const { gc } = globalThis;
if (gc !== undefined) {
  let last = performance.eventLoopUtilization();
  watchIdleMemory({
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    heapBytes: () => getHeapStatistics().total_heap_size,
    collect: () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
    every(ms, look) {
      const timer = setInterval(look, ms).unref();
      return () => clearInterval(timer);
    },
  });
}
