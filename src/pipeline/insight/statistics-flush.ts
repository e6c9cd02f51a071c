import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../async/clock.ts';
import { type Statistics, type StatisticsEntry, statisticsBatch } from '../../journal/journal.ts';

const flushMs = 5_000;
/** Between two batches; shorter when there are so many that a flush would take longer than `flushMsMax`. */
const pauseMs = 10;
const flushMsMax = 1_000;
/** While the journal refuses entries, the oldest beyond these are lost. */
const entriesMax = 20_000;
const minuteMs = 60_000;

/** Writes what was counted to the journal, and has it rolled up. */
export type Flush = {
  /** Five seconds from now at the latest. */
  soon(): void;
  /** Resolves when all that was counted before the call is written, or was refused. It makes no pauses. */
  now(): Promise<void>;
  /** Why the last write failed; null when it did not. */
  problem(): string | null;
  /** The last flush; a roll-up under way stops after its step, and goes on after the next start. */
  end(): Promise<void>;
};

/**
 * Entries are written in batches with pauses between them, so that neither this thread nor the journal is held up. A batch
 * is added whole or not at all; entries that were refused stay in memory and are written with the next flush.
 */
export function createFlush(options: {
  journal: Pick<Statistics, 'add' | 'rollUp'>;
  clock: Clock;
  /** Takes what was counted until now. */
  take(): Promise<StatisticsEntry[]>;
  failed(error: unknown, doing: string): void;
}): Flush {
  const { journal, clock, failed } = options;
  let entries: StatisticsEntry[] = [];
  let problem: string | null = null;
  let running: Promise<void> = Promise.resolve();
  /** The flush that has not begun: it includes all that is counted until it begins. */
  let next: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let hurried = 0;
  let endPause = () => {};
  let rollingUp: Promise<void> = Promise.resolve();
  let rolledUpTo = 0;
  let isEnding = false;

  function soon() {
    cancelTimer ??= clock.after(flushMs, () => void flush());
  }

  function flush(): Promise<void> {
    next ??= running = running.then(write);
    return next;
  }

  async function write() {
    next = null;
    cancelTimer?.();
    cancelTimer = null;
    try {
      entries = entries.concat(await options.take());
      if (entries.length === 0) return;
      const ms = Math.min(pauseMs, Math.floor(flushMsMax / Math.ceil(entries.length / statisticsBatch)));
      while (entries.length > 0) {
        await journal.add(entries.slice(0, statisticsBatch));
        entries.splice(0, statisticsBatch);
        if (entries.length > 0) await pause(ms);
      }
      problem = null;
      rollingUp = rollingUp.then(rollUp);
    } catch (error) {
      failed(error, 'keep statistics');
      problem = 'Statistics can not be written; they are kept in memory, within bounds. The log has the cause.';
      entries = entries.slice(-entriesMax);
      soon();
    }
  }

  async function pause(ms: number) {
    if (hurried > 0) return setImmediate();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, resolve);
    endPause = resolve;
    await promise;
    cancel();
  }

  /** No reader waits for it: what is read is the same before and after. */
  async function rollUp() {
    const before = clock.now() - (clock.now() % minuteMs);
    if (before === rolledUpTo) return;
    try {
      while (!isEnding && (await journal.rollUp(before)))
        await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
      rolledUpTo = before;
    } catch (error) {
      failed(error, 'roll up statistics');
    }
  }

  async function now() {
    hurried += 1;
    endPause();
    try {
      await flush();
    } finally {
      hurried -= 1;
    }
  }

  return {
    soon,
    now,
    problem: () => problem,
    async end() {
      isEnding = true;
      await now();
    },
  };
}
