import type { Stats } from '../../data/data.ts';
import { parts } from '../../messages/en.ts';
import { type Tone, toneOf } from '../parts.ts';

export type ChartSeries = {
  label: string;
  tone: Tone;
  /** One number per time. */
  values: readonly number[];
};

/** How many deliveries reached each of these states over time. */
export const statesOver = (
  { series }: Pick<Stats, 'series'>,
  ...states: readonly ('delivered' | 'failed' | 'held')[]
): ChartSeries[] =>
  states.map((state) => ({
    // A delivery can be put on hold more than once, and be delivered then.
    label: state === 'held' ? parts.funnel.holds : parts.status[state],
    tone: toneOf(state),
    values: series.map((step) => step[state]),
  }));

/** How the n-th line of a chart is broken: lines are told apart without colour too. */
export function dashes(index: number): number[] {
  return [[], [6, 3], [2, 3], [8, 3, 2, 3]][index % 4] ?? [];
}

/** A time without a server, in ms. */
export type ChartGap = { from: number; until: number };
