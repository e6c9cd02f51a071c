import { addFigures, type Statistics, type StatisticsEntry, statisticsSteps } from '../journal.ts';
import { gatherFigures } from './gather-figures.ts';

/** Statistics in memory: the figures of each step by its length, kind, start and thing. */
export function statisticsBook(): Pick<Statistics, 'shares' | 'add' | 'rollUp' | 'read'> {
  const steps = statisticsSteps.map((step) => ({
    ...step,
    kept: new Map<string, StatisticsEntry & { figures: Record<string, number> }>(),
  }));
  return {
    shares: async (entries) => [[...entries]],
    async add(entries) {
      for (const { ms, kept } of steps)
        for (const { at: time, kind, id, figures } of entries) {
          const at = time - (time % ms);
          const key = JSON.stringify([at, kind, id]);
          const entry = kept.get(key) ?? { at, kind, id, figures: {} };
          addFigures(entry.figures, figures);
          kept.set(key, entry);
        }
    },
    async rollUp(before) {
      for (const { keptMs, kept } of steps)
        for (const [key, { at }] of kept) if (at < before - keptMs) kept.delete(key);
      return false;
    },
    async read(query) {
      const gathered = gatherFigures(query);
      const { kept } = steps.find((step) => step.ms === query.stepMs) ?? { kept: new Map() };
      for (const { at, kind, id, figures } of kept.values()) if (kind === query.kind) gathered.add(at, id, figures);
      return gathered.answer();
    },
  };
}
