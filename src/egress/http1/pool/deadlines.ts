/** Many deadlines on one coarse timer, since a timer for each request costs more than sending it. */
export interface Deadlines extends Disposable {
  /**
   * Calls `onExpired` once, never early, unless the deadline is cancelled before. It is at most about 10 ms late;
   * when many expire at once, other work of the process goes first.
   */
  start(afterMs: number, onExpired: () => void): Deadline;
}

export interface Deadline {
  cancel(): void;
}

/**
 * Deadlines of the same length are in one list, in the order in which they start and therefore expire. A single
 * interval, which runs only while there are any, checks the first of each list. Ending an exchange takes time: after
 * half a millisecond the rest is done in the next turn of the event loop, so that other exchanges are not delayed.
 *
 * Finished entries drop all their references: old garbage keeps everything it refers to alive until a full
 * collection, and the lists would link each request to the next (so would a `Map` or `Set`,
 * docs/decisions/pipeline.md).
 *
 * @param now monotonic milliseconds
 */
export function createDeadlines(now: () => number): Deadlines {
  const lists = new Map<number, List>();
  let liveCount = 0;
  let timer: NodeJS.Timeout | null = null;
  let rest: NodeJS.Immediate | null = null;

  return {
    start(afterMs, onExpired) {
      let list = lists.get(afterMs);
      if (list === undefined) {
        list = { first: null, last: null };
        lists.set(afterMs, list);
      }
      const entry: Entry = { at: now() + afterMs, onExpired, list, before: list.last, after: null, cancel };
      if (list.last === null) list.first = entry;
      else list.last.after = entry;
      list.last = entry;
      liveCount++;
      timer ??= setInterval(tick, LOOK_MS);
      return entry;
    },
    [Symbol.dispose]() {
      stop();
    },
  };

  function cancel(this: Entry): void {
    if (this.onExpired === null) return;
    const { list, before, after } = this;
    if (before === null) list.first = after;
    else before.after = after;
    if (after === null) list.last = before;
    else after.before = before;
    this.before = null;
    this.after = null;
    this.onExpired = null;
    liveCount--;
  }

  function tick(): void {
    if (liveCount === 0) stop();
    const until = now() + WORK_MS;
    for (const [afterMs, list] of lists) {
      for (let { first } = list; first !== null && first.at <= now(); { first } = list) {
        if (now() >= until) {
          goOn();
          return;
        }
        const { onExpired } = first;
        first.cancel();
        onExpired?.();
      }
      if (list.first === null) lists.delete(afterMs);
    }
  }

  function goOn(): void {
    rest ??= setImmediate(() => {
      rest = null;
      tick();
    });
  }

  function stop(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
    if (rest !== null) clearImmediate(rest);
    rest = null;
    lists.clear();
    liveCount = 0;
  }
}

const LOOK_MS = 10;
const WORK_MS = 0.5;

type List = { first: Entry | null; last: Entry | null };

/** `onExpired` is null once the deadline expired or was cancelled. */
interface Entry extends Deadline {
  readonly at: number;
  onExpired: (() => void) | null;
  readonly list: List;
  before: Entry | null;
  after: Entry | null;
}
