import type { ReactNode } from 'react';
import { type Tone, toneColor } from '../parts.ts';

type Props = {
  /** One number per step of time, oldest first. */
  values: readonly number[];
  /** What the line tells, in a sentence for screen readers. */
  sentence: string;
  tone?: Tone;
};

const [width, height, edge] = [96, 24, 2];

/** A small line of how something went, for a cell of a list. */
export function Sparkline({ values, sentence, tone = 'work' }: Props): ReactNode {
  const highest = Math.max(...values, 1);
  const stepWidth = (width - 2 * edge) / Math.max(values.length - 1, 1);
  const points = values.map((value, index): string => {
    const x = edge + index * stepWidth;
    const y = height - edge - (value / highest) * (height - 2 * edge);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const line = points.length === 0 ? '' : `M${points.join('L')}`;
  return (
    <svg
      role="img"
      aria-label={sentence}
      width={72}
      height={24}
      viewBox={`0 0 ${width} ${height}`}
      fill="none"
      style={{ display: 'block', color: toneColor(tone) }}
    >
      {points.length < 2 ? null : (
        <path
          fill="currentColor"
          opacity={0.14}
          d={`${line}L${width - edge} ${height - edge}L${edge} ${height - edge}Z`}
        />
      )}
      <path stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" d={line} />
    </svg>
  );
}
