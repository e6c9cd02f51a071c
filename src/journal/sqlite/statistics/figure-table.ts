import { type Figures, isGreatest } from '../../journal.ts';
import { packLines, type StoredLines, unpackLines } from '../codec/compressed-lines.ts';

/**
 * Figures of several things as JSON holds them: a row of numbers for each id, a column for each name, 0 where there is
 * nothing. An object for each thing would repeat the names, and takes several times as long to read and to add to.
 */
export type FigureTable = { names: string[]; ids: string[]; values: number[][] };

/** Adds figures of things up, on top of those of a table, which it takes for its own. */
export function figureSum(table: FigureTable = { names: [], ids: [], values: [] }): {
  readonly table: FigureTable;
  add(id: string, figures: Figures): void;
  addTable(more: FigureTable): void;
} {
  const columns = new Map(table.names.map((name, column) => [name, column]));
  const rows = new Map(table.ids.map((id, index) => [id, table.values[index] ?? []]));

  function columnOf(name: string): number {
    let column = columns.get(name);
    if (column === undefined) {
      column = table.names.push(name) - 1;
      columns.set(name, column);
    }
    return column;
  }

  function rowOf(id: string): number[] {
    let row = rows.get(id);
    if (row === undefined) {
      row = [];
      rows.set(id, row);
      table.ids.push(id);
      table.values.push(row);
    }
    return row;
  }

  return {
    table,
    add(id, figures) {
      const row = rowOf(id);
      for (const name in figures) addTo(row, columnOf(name), figures[name] ?? 0, isGreatest(name));
    },
    addTable({ names, ids, values }) {
      const places = names.map(columnOf);
      const greatest = names.map(isGreatest);
      for (const [index, id] of ids.entries()) {
        const row = rowOf(id);
        const more = values[index] ?? [];
        for (let at = 0; at < more.length; at++) {
          const value = more[at] ?? 0;
          if (value !== 0) addTo(row, places[at] ?? 0, value, greatest[at] === true);
        }
      }
    },
  };
}

/** The figures of each thing, by its id. */
export function* figuresIn({ names, ids, values }: FigureTable): Generator<[id: string, figures: Figures]> {
  for (const [index, id] of ids.entries()) {
    const figures: Record<string, number> = {};
    for (const [column, value] of (values[index] ?? []).entries())
      if (value !== 0) figures[names[column] ?? ''] = value;
    yield [id, figures];
  }
}

export function packTable(table: FigureTable): StoredLines {
  return packLines(JSON.stringify(table));
}

export function unpackTable(stored: StoredLines): FigureTable {
  return JSON.parse(unpackLines(stored)[0] ?? '');
}

function addTo(row: number[], column: number, value: number, isGreatest: boolean) {
  while (row.length <= column) row.push(0);
  const before = row[column] ?? 0;
  row[column] = isGreatest ? Math.max(before, value) : before + value;
}
