import { SegmentedControl } from '@mantine/core';
import { CatchBoundary } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { formatAbsolute, formatNumber } from '../../messages/format.ts';
import { options } from '../form/options.ts';
import css from './chart.module.css';
import { type ChartSeries, dashes } from './chart-series.ts';

export type { ChartSeries } from './chart-series.ts';

type Props = {
  /** Names the chart and its table. */
  name: string;
  /** What it tells, in a sentence: for who does not see it. */
  sentence: string;
  /** When each step began, oldest first (RFC 3339). */
  times: readonly string[];
  series: readonly ChartSeries[];
  format?: (value: number) => string;
};

const Plot = lazy(() => import('./chart-plot.tsx').then(({ Plot }) => ({ default: Plot })));

/** Lines over time, the same as a table, and what they show where the pointer is. What can't be drawn is a table. */
export function Chart({ name, sentence, times, series, format = formatNumber }: Props): ReactNode {
  const [view, show] = useState<keyof typeof parts.chart.views>('chart');
  const [isDrawable, setDrawable] = useState(true);
  const [pointed, point] = useState<number | null>(null);
  const at = pointed === null ? undefined : times[pointed];
  const table = <ChartTable name={name} times={times} series={series} format={format} />;
  return (
    <figure className={css['figure']} aria-label={name}>
      <div className={css['bar']}>
        <ul className={css['legend']} aria-label={parts.chart.legend}>
          {series.map(({ label, tone, values }, index) => (
            <li key={label} data-tone={tone}>
              <Swatch index={index} />
              {label}
              <b>{format(pointed === null ? sum(values) : (values[pointed] ?? 0))}</b>
            </li>
          ))}
          <li className={css['when']}>{at === undefined ? parts.chart.total : formatAbsolute(new Date(at)).local}</li>
        </ul>
        {isDrawable ? (
          <SegmentedControl
            size="xs"
            aria-label={parts.chart.viewOf(name)}
            data={options(parts.chart.views)}
            value={view}
            onChange={(chosen) => show(chosen as typeof view)} // one of the options above
          />
        ) : null}
      </div>
      {view === 'table' || !isDrawable ? (
        table
      ) : (
        <CatchBoundary
          getResetKey={() => name}
          errorComponent={() => table}
          onCatch={() => {
            setDrawable(false);
            point(null);
          }}
        >
          <div role="img" aria-label={sentence} className={css['plot']}>
            <Suspense>
              <Plot times={times} series={series} format={format} onPoint={point} />
            </Suspense>
          </div>
        </CatchBoundary>
      )}
    </figure>
  );
}

/** Told apart without colour by its dashes, as in the plot. */
function Swatch({ index }: { index: number }): ReactNode {
  return (
    <svg aria-hidden="true" width="18" height="8" viewBox="0 0 18 8">
      <path d="M0 4H18" stroke="currentColor" strokeWidth="2.5" strokeDasharray={dashes(index).join(' ')} />
    </svg>
  );
}

function ChartTable({ name, times, series, format }: Required<Omit<Props, 'sentence'>>): ReactNode {
  return (
    <section className={css['frame']} aria-label={parts.tableScroll(name)} tabIndex={0}>
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">{parts.chart.time}</th>
            {series.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, index) => (
              <tr key={time}>
                <th scope="row">{formatAbsolute(new Date(time)).local}</th>
                {series.map(({ label, values }) => (
                  <td key={label}>{format(values[index] ?? 0)}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </section>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
