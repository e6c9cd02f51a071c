import type { Figures, StatisticsAnswer, StatisticsQuery } from '../../journal.ts';
import { type FigureTable, figureSum, figuresIn } from './figure-table.ts';

/** Puts together what a query asks for, from tables in any order. */
export function gatherTables({ id, from, to, stepMs, follow }: StatisticsQuery): {
  add(at: number, table: FigureTable): void;
  answer(): StatisticsAnswer;
} {
  const count = Math.floor((to - from) / stepMs) + 1;
  const byStep = figureSum();
  const byThing = figureSum();
  const series = new Map<string, number[]>();

  function seriesOf(thing: string): number[] {
    let found = series.get(thing);
    if (found === undefined) {
      found = Array.from({ length: count }, () => 0);
      series.set(thing, found);
    }
    return found;
  }

  return {
    add(at, whole) {
      const table = id === null ? whole : onlyOf(whole, id);
      const index = Math.floor((at - from) / stepMs);
      const step = String(index);
      byStep.addTable({ ...table, ids: table.ids.map(() => step) });
      byThing.addTable(table);
      const column = table.names.indexOf(follow);
      for (const [row, thing] of table.ids.entries()) {
        const values = seriesOf(thing);
        values[index] = (values[index] ?? 0) + (table.values[row]?.[column] ?? 0);
      }
    },
    answer() {
      const figuresOfStep = new Map<string, Figures>(figuresIn(byStep.table));
      const things = Array.from(figuresIn(byThing.table), ([thing, figures]) => ({
        id: thing,
        figures,
        series: seriesOf(thing),
      }));
      return {
        steps: Array.from({ length: count }, (_, index) => ({
          at: from + index * stepMs,
          figures: figuresOfStep.get(String(index)) ?? {},
        })),
        things: things.sort((a, b) => (a.id < b.id ? -1 : 1)),
      };
    },
  };
}

function onlyOf({ names, ids, values }: FigureTable, id: string): FigureTable {
  const row = values[ids.indexOf(id)];
  return row === undefined ? { names, ids: [], values: [] } : { names, ids: [id], values: [row] };
}
