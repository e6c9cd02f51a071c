import { addFigures, type Figures, type StatisticsAnswer, type StatisticsQuery } from '../journal.ts';

/** Puts together what a query asks for, from figures in any order. */
export function gatherFigures(query: StatisticsQuery): {
  add(at: number, id: string, figures: Figures): void;
  answer(): StatisticsAnswer;
} {
  const { from, to, stepMs, follow } = query;
  const count = Math.floor((to - from) / stepMs) + 1;
  const steps = Array.from({ length: count }, (_, index) => ({ at: from + index * stepMs, figures: {} }));
  const things = new Map<string, { id: string; figures: Record<string, number>; series: number[] }>();
  return {
    add(at, id, figures) {
      const index = Math.floor((at - from) / stepMs);
      const step = steps[index];
      if (step === undefined || (query.id !== null && query.id !== id)) return;
      addFigures(step.figures, figures);
      let thing = things.get(id);
      if (thing === undefined) {
        thing = { id, figures: {}, series: Array.from({ length: count }, () => 0) };
        things.set(id, thing);
      }
      addFigures(thing.figures, figures);
      thing.series[index] = (thing.series[index] ?? 0) + (figures[follow] ?? 0);
    },
    answer: () => ({ steps, things: [...things.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
  };
}
