import type { Tone } from '../status-badge.tsx';

export type ChartSeries = {
  label: string;
  tone: Tone;
  /** One number per time. */
  values: readonly number[];
};

/** How the n-th line of a chart is broken: lines are told apart without colour too. */
export function dashes(index: number): number[] {
  return [[], [6, 3], [2, 3], [8, 3, 2, 3]][index % 4] ?? [];
}

/** A time without a server, in ms. */
export type ChartGap = { from: number; until: number };
