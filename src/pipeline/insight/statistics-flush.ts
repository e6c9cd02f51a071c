import { setImmediate } from 'node:timers/promises';
import { type Clock, pause } from '../../async/clock.ts';
import { inTurn, sharedWrite } from '../../async/in-turn.ts';
import { type Statistics, type StatisticsEntry, statisticsBatch } from '../../journal/journal.ts';

const flushMs = 5_000;
/** The pause between two batches; shorter when a flush would take longer than `flushMsMax`. */
const pauseMs = 10;
const flushMsMax = 1_000;
/** Entries kept while the journal refuses them; the oldest ones over this number are lost. */
const entriesMax = 20_000;
const minuteMs = 60_000;

/**
 * Writes counters to the journal, and rolls them up there. Entries are written in batches with pauses between them, so
 * that neither this thread nor the journal is blocked. A batch is added whole or not at all; entries that were refused
 * stay in memory and are written with the next flush.
 */
export function createFlush(options: {
  journal: Pick<Statistics, 'add' | 'rollUp'>;
  clock: Clock;
  /** The time by which old steps are removed, which does not follow a clock that jumps ahead; null: not known yet. */
  confirmedNow(): number | null;
  /** Whether this node rolls up what all nodes have counted. */
  rollsUp(): boolean;
  /** Takes the counters from memory. */
  take(): Promise<StatisticsEntry[]>;
  failed(error: unknown, doing: string): void;
}) {
  const { journal, clock, failed } = options;
  let entries: StatisticsEntry[] = [];
  let problem: string | null = null;
  let cancelTimer: (() => void) | null = null;
  let hurried = 0;
  let endPause = () => {};
  const rollUpInTurn = inTurn();
  let rolledUpTo = 0;
  let isEnding = false;

  /** Flushes within five seconds. */
  function soon() {
    cancelTimer ??= clock.after(flushMs, () => void flush());
  }

  const flush = sharedWrite(async () => {
    cancelTimer?.();
    cancelTimer = null;
    try {
      entries = entries.concat(await options.take());
      if (entries.length === 0) return;
      const ms = Math.min(pauseMs, Math.floor(flushMsMax / Math.ceil(entries.length / statisticsBatch)));
      while (entries.length > 0) {
        await journal.add(entries.slice(0, statisticsBatch));
        entries.splice(0, statisticsBatch);
        if (entries.length > 0) await rest(ms);
      }
      problem = null;
      if (options.rollsUp()) void rollUpInTurn(rollUp);
    } catch (error) {
      failed(error, 'write statistics');
      problem = "Statistics can't be written; they are kept in memory, within bounds. The log has the cause.";
      entries = entries.slice(-entriesMax);
      soon();
    }
  });

  function agedAt(before: number): number | null {
    const confirmed = options.confirmedNow();
    return confirmed === null ? null : Math.min(before, confirmed);
  }

  /** A pause, which `now` ends. */
  async function rest(ms: number) {
    if (hurried > 0) return setImmediate();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, resolve);
    endPause = resolve;
    await promise;
    cancel();
  }

  /** Readers need not wait for it: they get the same result before and after. */
  async function rollUp() {
    const before = clock.now() - (clock.now() % minuteMs);
    if (before === rolledUpTo) return;
    try {
      while (!isEnding && (await journal.rollUp(before, agedAt(before)))) await pause(clock, pauseMs);
      rolledUpTo = before;
    } catch (error) {
      failed(error, 'roll up statistics');
    }
  }

  /** Resolves when everything counted before the call is written, or was refused. Without pauses. */
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
    /** Why the last write failed; null when it did not. */
    problem: (): string | null => problem,
    /** Flushes for the last time. A roll-up in progress stops after its step, and continues after the next start. */
    async end(): Promise<void> {
      isEnding = true;
      await now();
    },
  };
}
