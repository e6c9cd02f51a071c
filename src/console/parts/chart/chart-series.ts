export type ChartSeries = {
  label: string;
  tone: 'good' | 'bad' | 'warn' | 'calm' | 'work';
  /** One number per time. */
  values: readonly number[];
};

/** How the n-th line of a chart is broken: lines are told apart without colour too. */
export function dashes(index: number): number[] {
  return [[], [6, 3], [2, 3], [8, 3, 2, 3]][index % 4] ?? [];
}
