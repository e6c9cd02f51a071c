import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process in bytes: now, and its maximum. Linux only. */
export function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { now: bytes('VmRSS'), most: bytes('VmHWM') };
}

/** Processor time in microseconds: of the main thread, the worker threads together, and V8 and libuv's own threads. */
type Spent = { main: number; workers: number; helpers: number };

/** Processor time of a process by its threads that still run. Linux only. */
function spentBy(pid: number): Spent {
  const spent: Spent = { main: 0, workers: 0, helpers: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const read = (name: string) => readFileSync(`/proc/${pid}/task/${thread}/${name}`, 'utf8').trim();
    const kind = thread === String(pid) ? 'main' : read('comm') === 'WorkerThread' ? 'workers' : 'helpers';
    spent[kind] += Number(read('schedstat').split(' ')[0]) / 1_000;
  }
  return spent;
}

/** Processor time of all threads of a process that still run, in microseconds. Linux only. */
export function cpuUsOf(pid: number): number {
  const { main, workers, helpers } = spentBy(pid);
  return main + workers + helpers;
}

/** Processor time per unit of work, in microseconds. */
export type Cost = Spent & { total: number };

/** Measures the processor time of a process while `work` runs that has `units` units. */
export async function costOf<T>(
  pid: number,
  units: number,
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> {
  const before = spentBy(pid);
  const result = await work();
  const after = spentBy(pid);
  const main = (after.main - before.main) / units;
  const workers = (after.workers - before.workers) / units;
  const helpers = (after.helpers - before.helpers) / units;
  return { result, cost: { main, workers, helpers, total: main + workers + helpers } };
}

/** The first child of a process. Linux only. */
export function childOf(pid: number): number {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  if (!first) throw new Error(`process ${pid} has no child`);
  return Number(first);
}

const ticksPerSecond = 100;

/**
 * Processor time in microseconds of a process and of those that it started, with those that have ended; to 10 ms. Linux
 * only.
 */
export function cpuUsOfAll(pid: number): number {
  const of = (one: string) => {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // User, system, and both of the ended children: fields 14 to 17 of proc(5).
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const ticks = [String(pid), ...children].map(of).reduce((sum, one) => sum + one);
  return (ticks * 1_000_000) / ticksPerSecond;
}
