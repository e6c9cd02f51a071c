/** The fields of a task that a queue needs. */
type Queued = { readonly key: string; readonly chars: number };

const REST_FACTOR = 20;

/**
 * First in, first out, except that the tasks of a key that exceeded a limit are set aside for a while, and then run one at a
 * time and only when no other task waits. A program that hangs on each job takes a twentieth of the time from the others, not
 * all of it.
 */
export function fairQueue<T extends Queued>() {
  let ready: T[] = [];
  /** Per delayed key: when its delay ends, and its waiting tasks. */
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
    get size(): number {
      return ready.length + restingTasks().length;
    },
    push: (task: T) => void ready.push(task),
    /** Puts back tasks that were taken but not done, before all others. */
    putBack(tasks: readonly T[]): void {
      ready = [...tasks, ...ready];
    },
    /** At most `wanted` tasks and `charsMax` characters, but at least one if one may run. `isIdle`: no task is running. */
    take(wanted: number, charsMax: number, now: number, isIdle: boolean): T[] {
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
    /** Delays the tasks of this key after one of them wasted `costMs`. */
    penalise(key: string, costMs: number, now: number): void {
      resting.set(key, { until: now + REST_FACTOR * costMs, tasks: resting.get(key)?.tasks ?? [] });
    },
    /** Empties the queue and returns its tasks. */
    drain(): T[] {
      const all = [...ready, ...restingTasks()];
      ready = [];
      resting.clear();
      return all;
    },
  };
}
