/** Ends things in time: many deadlines share one coarse timer, since a timer for each request costs more than sending it. */
export interface Deadlines extends Disposable {
  /**
   * Calls `onExpired` once, never early, unless the deadline is cancelled before: at most about 20 ms late, or, when many
   * are due at once, as soon as what else the process has to do leaves room.
   */
  start(afterMs: number, onExpired: () => void): Deadline;
}

export interface Deadline {
  cancel(): void;
}

/**
 * A timer wheel: deadlines that fall into the same 10 ms share a slot, and a single interval, which runs only while
 * there are any, empties the slots that are due. Ending an exchange is work: after half a millisecond of it the rest waits
 * for the next turn of the event loop, so that those who keep their deadlines notice nothing.
 *
 * @param now monotonic milliseconds
 */
export function createDeadlines(now: () => number): Deadlines {
  const slots = new Map<number, Set<Entry>>();
  let liveCount = 0;
  let earliest = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let rest: NodeJS.Immediate | null = null;

  return {
    start(afterMs, onExpired) {
      // The slot after the one it falls into: never early.
      const key = Math.floor((now() + afterMs) / SLOT_MS) + 1;
      let slot = slots.get(key);
      if (slot === undefined) {
        slot = new Set();
        slots.set(key, slot);
        if (key < earliest) earliest = key;
      }
      const entry: Entry = { onExpired, slot, cancel };
      slot.add(entry);
      liveCount++;
      timer ??= setInterval(tick, SLOT_MS);
      return entry;
    },
    [Symbol.dispose]() {
      stop();
    },
  };

  function cancel(this: Entry): void {
    if (this.slot.delete(this)) liveCount--;
  }

  function tick(): void {
    if (liveCount === 0) stop();
    const until = now() + WORK_MS;
    const current = Math.floor(now() / SLOT_MS);
    if (current < earliest) return;
    earliest = Number.POSITIVE_INFINITY;
    for (const [key, slot] of slots) {
      if (key <= current || slot.size === 0) slots.delete(key);
      else if (key < earliest) earliest = key;
      if (key > current) continue;
      for (const entry of slot) {
        if (now() >= until) {
          goOn(key, slot);
          return;
        }
        entry.cancel();
        entry.onExpired();
      }
    }
  }

  function goOn(key: number, slot: Set<Entry>): void {
    slots.set(key, slot);
    earliest = Math.min(earliest, key);
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
    slots.clear();
    liveCount = 0;
    earliest = Number.POSITIVE_INFINITY;
  }
}

const SLOT_MS = 10;
const WORK_MS = 0.5;

interface Entry extends Deadline {
  readonly onExpired: () => void;
  readonly slot: Set<Entry>;
}
