import { addCounters, type Counters, type StatisticsQuery, type StatisticsResult } from '../statistics.ts';

/** Combines counters, in any order, into the result of a query. */
export function gatherCounters(query: StatisticsQuery): {
  add(at: number, id: string, counters: Counters): void;
  result(): StatisticsResult;
} {
  const { from, to, stepMs, follow } = query;
  const count = Math.floor((to - from) / stepMs) + 1;
  const steps = Array.from({ length: count }, (_, index) => ({ at: from + index * stepMs, counters: {} }));
  const things = new Map<string, { id: string; counters: Record<string, number>; series: number[] }>();
  return {
    add(at, id, counters) {
      const index = Math.floor((at - from) / stepMs);
      const step = steps[index];
      if (step === undefined) return;
      addCounters(step.counters, counters);
      let thing = things.get(id);
      if (thing === undefined) {
        thing = { id, counters: {}, series: Array.from({ length: count }, () => 0) };
        things.set(id, thing);
      }
      addCounters(thing.counters, counters);
      thing.series[index] = (thing.series[index] ?? 0) + (counters[follow] ?? 0);
    },
    result: () => ({ steps, things: [...things.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
  };
}
