import type { Stats } from '../../data/data.ts';
import { parts } from '../../messages/en.ts';
import { type Tone, toneOf } from '../parts.ts';

export type ChartSeries = {
  label: string;
  tone: Tone;
  /** One number per time. */
  values: readonly number[];
  /** Drawn as a line over the bars, such as another time. */
  isLine?: boolean;
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

/** How the n-th part of a bar is filled: parts are told apart without colour too. */
export const fillOf = (index: number): 'solid' | 'rising' | 'light' | 'falling' =>
  (['solid', 'rising', 'light', 'falling'] as const)[index % 4] ?? 'solid';

/** A time without a server, in ms. */
export type ChartGap = { from: number; until: number };
