/** What a queue needs to know of a task. */
export type Queued = { readonly key: string; readonly chars: number };

/**
 * First in, first out; but the tasks of a key that ran into a limit stand aside for a while, and then go one at a time
 * and only when nobody else waits. So a program that hangs on each job can take a twentieth of the time from the others,
 * not all of it.
 */
export type FairQueue<T extends Queued> = {
  readonly size: number;
  push(task: T): void;
  /** Puts tasks back that were taken and not done, before all others. */
  putBack(tasks: readonly T[]): void;
  /** At most `wanted` tasks and `charsMax` characters, but at least one if one may go. `isIdle`: nothing is being done. */
  take(wanted: number, charsMax: number, now: number, isIdle: boolean): T[];
  /** A task of this key wasted `costMs`. */
  setAside(key: string, costMs: number, now: number): void;
  /** Empties the queue. */
  drain(): T[];
};

const REST_FACTOR = 20;

export function fairQueue<T extends Queued>(): FairQueue<T> {
  let ready: T[] = [];
  /** Per key: when its rest ends, and what waits for that. */
  const resting = new Map<string, { until: number; tasks: T[] }>();
  const restingTasks = () => [...resting.values()].flatMap(({ tasks }) => tasks);

  function release(now: number): void {
    for (const [key, { until, tasks }] of resting) {
      if (until > now) continue;
      resting.delete(key);
      ready = [...tasks, ...ready];
    }
  }

  return {
    get size() {
      let size = ready.length;
      for (const { tasks } of resting.values()) size += tasks.length;
      return size;
    },
    push: (task) => void ready.push(task),
    putBack(tasks) {
      ready = [...tasks, ...ready];
    },
    take(wanted, charsMax, now, isIdle) {
      release(now);
      const taken: T[] = [];
      let chars = 0;
      let seen = 0;
      for (const task of ready) {
        const rest = resting.get(task.key);
        if (rest === undefined && taken.length > 0 && (taken.length >= wanted || chars + task.chars > charsMax)) break;
        seen++;
        if (rest !== undefined) {
          rest.tasks.push(task);
          continue;
        }
        taken.push(task);
        chars += task.chars;
      }
      ready.splice(0, seen);
      if (taken.length > 0 || !isIdle) return taken;
      for (const { tasks } of resting.values()) {
        const task = tasks.shift();
        if (task !== undefined) return [task];
      }
      return taken;
    },
    setAside(key, costMs, now) {
      resting.set(key, { until: now + REST_FACTOR * costMs, tasks: resting.get(key)?.tasks ?? [] });
    },
    drain() {
      const all = [...ready, ...restingTasks()];
      ready = [];
      resting.clear();
      return all;
    },
  };
}
