import { setImmediate } from 'node:timers/promises';
import { type Clock, pause } from '../../async/clock.ts';
import { inTurn, sharedRun } from '../../async/in-turn.ts';
import { type Statistics, type StatisticsEntry, statisticsBatch } from '../../journal/journal.ts';

const flushMs = 5_000;
/** The pause between two batches; shorter when a flush would take longer than `flushMsMax`. */
const pauseMs = 10;
const flushMsMax = 1_000;
/** Entries kept while the journal refuses them; the oldest ones over this number are lost. */
const entriesMax = 20_000;
const minuteMs = 60_000;

type FlushOptions = {
  journal: Pick<Statistics, 'add' | 'rollUp'>;
  clock: Clock;
  /** The time by which old steps are removed, which does not follow a clock that jumps ahead; null: not known yet. */
  confirmedNow(): number | null;
  /** Whether this node rolls up what all nodes have counted. */
  rollsUp(): boolean;
  /** Takes the counters from memory. */
  take(): Promise<StatisticsEntry[]>;
  failed(error: unknown, doing: string): void;
};

/**
 * Writes counters to the journal, and rolls them up there. Entries are written in batches with pauses between them, so
 * that neither this thread nor the journal is blocked. A batch is added whole or not at all; entries that were refused
 * stay in memory and are written with the next flush.
 */
export class StatisticsFlush {
  readonly #options: FlushOptions;
  readonly #pauses: BatchPauses;
  readonly #rollUp: RollUp;
  #entries: StatisticsEntry[] = [];
  #problem: string | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(options: FlushOptions) {
    this.#options = options;
    this.#pauses = new BatchPauses(options.clock);
    this.#rollUp = new RollUp(options);
  }

  /** Why the last write failed; null when it did not. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Flushes within five seconds. */
  soon(): void {
    this.#cancelTimer ??= this.#options.clock.after(flushMs, () => void this.#flush());
  }

  /** Resolves when everything counted before the call is written, or was refused. Without pauses. */
  now(): Promise<void> {
    return this.#pauses.without(this.#flush);
  }

  /** Flushes for the last time. A roll-up in progress stops after its step, and continues after the next start. */
  async end(): Promise<void> {
    this.#rollUp.end();
    await this.now();
  }

  readonly #flush = sharedRun(async () => {
    const { take, rollsUp, failed } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    try {
      this.#entries = this.#entries.concat(await take());
      if (this.#entries.length === 0) return;
      await this.#write();
      this.#problem = null;
      if (rollsUp()) this.#rollUp.begin();
    } catch (error) {
      failed(error, 'write statistics');
      this.#problem = "Statistics can't be written; they are kept in memory, within bounds. The log has the cause.";
      this.#entries = this.#entries.slice(-entriesMax);
      this.soon();
    }
  });

  async #write() {
    const entries = this.#entries;
    const ms = Math.min(pauseMs, Math.floor(flushMsMax / Math.ceil(entries.length / statisticsBatch)));
    while (entries.length > 0) {
      await this.#options.journal.add(entries.slice(0, statisticsBatch));
      entries.splice(0, statisticsBatch);
      if (entries.length > 0) await this.#pauses.pause(ms);
    }
  }
}

/** The pauses between the batches of a flush, which end when someone waits for it. */
class BatchPauses {
  readonly #clock: Clock;
  #hurried = 0;
  #end = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a flush; nothing pauses until its end. */
  async without(flush: () => Promise<void>): Promise<void> {
    this.#hurried += 1;
    this.#end();
    try {
      await flush();
    } finally {
      this.#hurried -= 1;
    }
  }

  async pause(ms: number): Promise<void> {
    if (this.#hurried > 0) return setImmediate();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve);
    this.#end = resolve;
    await promise;
    cancel();
  }
}

/** The roll-up of the minutes that are over. Readers need not wait for it: they get the same result before and after. */
class RollUp {
  readonly #options: Pick<FlushOptions, 'journal' | 'clock' | 'confirmedNow' | 'failed'>;
  readonly #inTurn = inTurn();
  #rolledUpTo = 0;
  #isEnding = false;

  constructor(options: Pick<FlushOptions, 'journal' | 'clock' | 'confirmedNow' | 'failed'>) {
    this.#options = options;
  }

  begin(): void {
    void this.#inTurn(() => this.#rollUp());
  }

  end(): void {
    this.#isEnding = true;
  }

  async #rollUp() {
    const { journal, clock, failed } = this.#options;
    const before = clock.now() - (clock.now() % minuteMs);
    if (before === this.#rolledUpTo) return;
    try {
      while (!this.#isEnding && (await journal.rollUp(before, this.#agedAt(before)))) await pause(clock, pauseMs);
      this.#rolledUpTo = before;
    } catch (error) {
      failed(error, 'roll up statistics');
    }
  }

  #agedAt(before: number): number | null {
    const confirmed = this.#options.confirmedNow();
    return confirmed === null ? null : Math.min(before, confirmed);
  }
}
