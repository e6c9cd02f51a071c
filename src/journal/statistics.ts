/** Counters of objects in steps of time. The code that counts defines the meaning of each counter. */
export interface Statistics {
  /**
   * Adds counters at their times: all of them or none, in one transaction. `read` finds them at once in the steps of
   * every length. Up to `statisticsBatch` entries take about two milliseconds.
   */
  add(entries: readonly StatisticsEntry[]): Promise<void>;
  /**
   * Rolls up some entries that were added before a time, or removes some steps whose retention ended by `aged` (by default
   * the same time; null: none), in a short transaction. To be called after each minute; returns whether there is more to do.
   */
  rollUp(before: number, aged?: number | null): Promise<boolean>;
  /** The counters of the steps `from` to `to` (starts of steps, both included). */
  read(query: StatisticsQuery): Promise<StatisticsResult>;
}

/** The most entries for one call of `add`. */
export const statisticsBatch = 200;

/** Numbers by name. When they are added, names that begin with `last` keep the greatest value; others are summed. */
export type Counters = Readonly<Record<string, number>>;

/** Adds the counters `more` to those in `to`. */
export function addCounters(to: Record<string, number>, more: Counters): void {
  for (const name in more) {
    const value = more[name] ?? 0;
    const before = to[name];
    if (before === undefined) to[name] = value;
    else to[name] = name.startsWith('last') ? Math.max(before, value) : before + value;
  }
}

export type StatisticsEntry = { at: number; kind: string; id: string; counters: Counters };

/**
 * `id` null: all objects of the kind. `stepMs` is one of `statisticsSteps`; `follow` names the counter of each object's
 * series.
 */
export type StatisticsQuery = {
  kind: string;
  id: string | null;
  stepMs: number;
  from: number;
  to: number;
  follow: string;
};

/** Every step, also empty ones, with the sum over all objects; and the objects that have counters, by id. */
export type StatisticsResult = {
  steps: { at: number; counters: Counters }[];
  things: { id: string; counters: Counters; series: number[] }[];
};

/** The lengths of steps, shortest first, with the retention of each. */
export const statisticsSteps = [
  { ms: 60_000, keptMs: 2 * 3_600_000 },
  { ms: 15 * 60_000, keptMs: 26 * 3_600_000 },
  { ms: 2 * 3_600_000, keptMs: 8 * 86_400_000 },
] as const;
