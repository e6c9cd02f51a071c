import type { ReactNode } from 'react';
import css from './sparkline.module.css';

type Props = {
  /** One number per step of time, oldest first. */
  values: readonly number[];
  /** What the line tells, in a sentence: for who does not see it. */
  sentence: string;
  tone?: 'work' | 'good' | 'bad' | 'warn' | 'calm';
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
    <svg role="img" aria-label={sentence} className={css['line']} data-tone={tone} viewBox={`0 0 ${width} ${height}`}>
      {points.length < 2 ? null : (
        <path className={css['area']} d={`${line}L${width - edge} ${height - edge}L${edge} ${height - edge}Z`} />
      )}
      <path className={css['stroke']} d={line} />
    </svg>
  );
}
