import type { Page } from '../../../contract/records/page.ts';
import type { Filter, Values } from './filters.ts';

const rowsPerPage = 50;
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Whether a row has the value that each filter is set to in the address. */
export function passes<Row>(row: Row, filters: readonly Filter<Row>[], search: Values): boolean {
  return filters.every(({ key, of }) => {
    const chosen = search[key];
    return chosen === undefined || of === undefined || [of(row)].flat().includes(chosen);
  });
}

/** Rows in the order of a column's values; rows without a value come last, and equal ones stay as they were. */
export function sorted<Row>(
  rows: readonly Row[],
  value: (row: Row) => string | number | null | undefined,
  isDescending: boolean,
): Row[] {
  const valued = rows.map((row) => ({ row, value: value(row) ?? null }));
  const sign = isDescending ? -1 : 1;
  return valued
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      if (typeof a.value === 'number' && typeof b.value === 'number') return sign * (a.value - b.value);
      return sign * order.compare(String(a.value), String(b.value));
    })
    .map(({ row }) => row);
}

/** The page of rows that begins at a cursor: the number of its first row. */
export function pageAt<Row>(rows: readonly Row[], cursor: string | undefined): Page<Row> {
  const asked = Number(cursor ?? 0);
  const at = Number.isInteger(asked) && asked > 0 && asked < rows.length ? asked : 0;
  return {
    data: rows.slice(at, at + rowsPerPage),
    page: {
      next: at + rowsPerPage < rows.length ? String(at + rowsPerPage) : null,
      prev: at > 0 ? String(Math.max(0, at - rowsPerPage)) : null,
    },
  };
}

/** Columns in the order of `ids`; those that it does not name stay behind the column that they follow. */
export function inOrder<Item extends { id: string }>(
  columns: readonly Item[],
  ids: readonly string[],
): readonly Item[] {
  if (ids.length === 0) return columns;
  const ordered = ids.flatMap((id) => columns.find((column) => column.id === id) ?? []);
  for (const [at, column] of columns.entries())
    if (!ids.includes(column.id)) ordered.splice(ordered.indexOf(columns[at - 1] as Item) + 1, 0, column); // -1: first
  return ordered;
}
