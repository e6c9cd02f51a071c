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

/** The times without a server, from the steps of statistics. */
export function gapsIn({
  series,
  stepMs,
}: {
  series: readonly { at: string; isUp: boolean | null }[];
  stepMs: number;
}) {
  const gaps: ChartGap[] = [];
  for (const { at, isUp } of series) {
    const from = Date.parse(at);
    const last = gaps.at(-1);
    if (isUp !== false) continue;
    if (last?.until === from) last.until = from + stepMs;
    else gaps.push({ from, until: from + stepMs });
  }
  return gaps;
}
