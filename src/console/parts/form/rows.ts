/** A row of a list in a form, known to React by its number. */
export type Row = { row: number };

/** Numbers rows, so that stored ones have the same numbers each time. */
export const rows = <T extends object>(list: readonly T[]): (T & Row)[] => list.map((one, row) => ({ ...one, row }));

/** The next free number. */
export const nextRow = (list: readonly Row[]): number => Math.max(-1, ...list.map(({ row }) => row)) + 1;
