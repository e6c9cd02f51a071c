import { yamlText } from '../client/yaml-text.ts';
import type { Deps } from './program.ts';
import { yaml } from './yaml.ts';

export const outputFormats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** A column of a table: its heading and the cell of a row. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => unknown];

export type Output = {
  readonly format: OutputFormat;
  /** Prints a line of text. */
  line(text: string): void;
  /** Prints rows as a table, or as data in the requested format. */
  rows<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void;
  /** Prints one object, as YAML in the table format. */
  value(value: unknown): void;
  /** Prints lines about an object in the table format, and the object in the others. */
  result(value: unknown, ...lines: string[]): void;
};

/** Writes results to stdout in the format of `--output`, which is read at each call. */
export function createOutput(deps: Pick<Deps, 'stdout'>, format: () => OutputFormat): Output {
  const data = (value: unknown) =>
    format() === 'json' ? `${JSON.stringify(value, null, 2)}\n` : yamlText(value, yaml());
  return {
    get format() {
      return format();
    },
    line: (text) => deps.stdout.write(`${text}\n`),
    rows(rows, columns) {
      deps.stdout.write(format() === 'table' ? table(rows, columns) : data(rows));
    },
    value: (value) => deps.stdout.write(data(value)),
    result(value, ...lines) {
      deps.stdout.write(format() === 'table' ? lines.map((line) => `${line}\n`).join('') : data(value));
    },
  };
}

function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, cell]) => cellText(cell(row)))),
  ];
  const widths = columns.map((_, column) => cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Text for the terminal without control characters, because names come from other people. */
function cellText(value: unknown): string {
  const text = value === null || value === undefined ? '–' : String(value);
  return text.replace(/\p{Cc}/gu, '·');
}
