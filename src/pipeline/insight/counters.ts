import { setImmediate } from 'node:timers/promises';
import type { StatsKind } from '../../contract/records/stats.ts';
import { addCounters, type StatisticsEntry } from '../../journal/journal.ts';

const minuteMs = 60_000;
/** Adding up this many takes less than half a millisecond; then other work gets its turn. */
const addedAtOnce = 25;

/** The objects that an occurrence counts for: an id per kind; `''` for all. */
type Things = { readonly [Kind in StatsKind]?: string | undefined };
type Counted = { at: number; things: Things; counters: Record<string, number> };

/**
 * Counters in memory, until a flush takes them. An event or a delivery is counted once, for all its objects together; a
 * flush adds it to each of them. So counting costs a few additions, whatever the number of objects.
 */
export function countersInMemory() {
  let counted: Counted[] = [];
  /** The entries of `counted` of the current minute. */
  const index = new Map<string, Map<string, Counted>>();

  return {
    /**
     * The counters of these objects in the current minute. `key` and `subKey` together identify them, except for their
     * connection.
     */
    of(now: number, key: string, subKey: string, things: Things): Record<string, number> {
      const found = index.get(key) ?? new Map<string, Counted>();
      const last = found.get(subKey);
      const isCurrent = last !== undefined && now - last.at < minuteMs && now >= last.at;
      if (isCurrent && last.things.connection === things.connection) return last.counters;
      const fresh = { at: now - (now % minuteMs), things, counters: {} };
      index.set(key, found.set(subKey, fresh));
      counted.push(fresh);
      return fresh.counters;
    },
    /** Everything counted before the call, each object and minute once, in order. Other work gets its turn in between. */
    async take(): Promise<StatisticsEntry[]> {
      const taken = counted;
      counted = [];
      index.clear();
      const entries = new Map<string, StatisticsEntry & { counters: Record<string, number> }>();
      let added = 0;
      for (const { at, things, counters } of taken) {
        for (const [kind, id] of Object.entries(things)) {
          if (id === undefined) continue;
          const key = `${at} ${kind} ${id}`;
          const entry = entries.get(key) ?? { at, kind, id, counters: {} };
          entries.set(key, entry);
          addCounters(entry.counters, counters);
        }
        if (++added % addedAtOnce === 0) await setImmediate();
      }
      // In the order of their key in the journal, so that a batch changes few pages.
      return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
    },
  };
}
