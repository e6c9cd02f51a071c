import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.ts';
import { type Bound, type Measure, short } from './scenario.ts';
import { median } from './statistics.ts';

/** All results of one run of the bench, as stored in a file. */
export type Report = { environment: Environment; scenarios: { name: string; title: string; measures: Measure[] }[] };

/** Writes `bench/results/<date>-<commit>.json`; returns its path. */
export function saveReport(report: Report): string {
  const { date, commit } = report.environment;
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${date.slice(0, 16).replace(/[T:]/g, '-')}-${commit}.json`, folder);
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  return fileURLToPath(file);
}

export function loadReport(path: string): Report {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The report in Markdown: its environment, and a table of all figures, next to an earlier report if one is given. */
export function markdown({ environment, scenarios }: Report, earlier: Report | null): string {
  const { date, commit, machine, loadBefore, node, packages, durability, settings } = environment;
  const pairs = (record: Record<string, string>, between: string) =>
    Object.entries(record)
      .map(([name, value]) => `${name}${between}${value}`)
      .join(', ');
  const columns = ['scenario', 'figure', 'median', 'least – most', 'first landing', 'goal'];
  if (earlier !== null) columns.push(`against ${earlier.environment.commit}`);
  const rows = scenarios.flatMap(({ name, measures }) =>
    measures.map((one) => {
      const cells = [name, one.name, ...figures(one), verdict(one, one.landing), verdict(one, one.goal)];
      if (earlier !== null) cells.push(against(name, one, earlier));
      return cells;
    }),
  );
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    `${date}, commit ${commit}`,
    `${machine}, load ${loadBefore} before`,
    `Node ${node}, ${pairs(packages, ' ')}`,
    `${durability}; ${pairs(settings, '=')}`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
  ].join('\n');
}

function figures({ values, unit }: Measure): string[] {
  return [`${short(median(values))} ${unit}`, `${short(Math.min(...values))} – ${short(Math.max(...values))}`];
}

/** Whether the median is within a bound. */
export function keeps(values: readonly number[], { side, value }: Bound): boolean {
  return side === 'least' ? median(values) >= value : median(values) <= value;
}

function verdict({ values }: Measure, bound: Bound | undefined): string {
  if (bound === undefined) return '';
  return `${bound.side === 'least' ? '≥' : '≤'} ${short(bound.value)} ${keeps(values, bound) ? '✓' : '✗'}`;
}

function against(scenario: string, { name, values }: Measure, earlier: Report): string {
  const then = earlier.scenarios.find((one) => one.name === scenario)?.measures.find((one) => one.name === name);
  return then === undefined ? 'new' : `× ${short(median(values) / median(then.values))}`;
}
