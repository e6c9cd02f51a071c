import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Resident memory of a process in bytes: now, and its maximum. Linux only. */
export function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { now: bytes('VmRSS'), most: bytes('VmHWM') };
}

/** Processor time of all threads of a process, in microseconds, to 10 ms. Linux only. */
export function cpuUsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, can contain spaces; user and system time are the 12th and 13th field after
  // it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

/** The first child of a process. Linux only. */
export function childOf(pid: number): number {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  if (!first) throw new Error(`process ${pid} has no child`);
  return Number(first);
}
