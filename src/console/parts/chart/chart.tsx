import { Anchor, SegmentedControl, UnstyledButton } from '@mantine/core';
import { CatchBoundary, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatNumber, formatTime } from '../../messages/format.ts';
import { options } from '../form/options.ts';
import css from './chart.module.css';
import type { ChartMark } from './chart-marks.ts';
import { type ChartGap, type ChartSeries, dashes } from './chart-series.ts';

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
  /** What may explain it, drawn as lines and listed below. */
  marks?: readonly ChartMark[];
  /** Times without a server, drawn as areas and listed below. */
  gaps?: readonly ChartGap[];
  /** A part of the time was dragged over (RFC 3339). */
  onZoom?: (from: string, until: string) => void;
  /** Shows what is behind a step, from its beginning to its end (RFC 3339). */
  onOpen?: (from: string, until: string) => void;
};

const Plot = lazy(() => import('./chart-plot.tsx').then(({ Plot }) => ({ default: Plot })));

/** Lines over time, the same as a table, and what they show where the pointer is. What can't be drawn is a table. */
export function Chart(props: Props): ReactNode {
  const { name, sentence, times, series, format = formatNumber, marks = [], gaps = [], onZoom, onOpen } = props;
  const [view, show] = useState<keyof typeof parts.chart.views>('chart');
  const [isDrawable, setDrawable] = useState(true);
  const [pointed, point] = useState<number | null>(null);
  const at = pointed === null ? undefined : times[pointed];
  const stepMs = Date.parse(times[1] ?? '') - Date.parse(times[0] ?? '') || 60_000;
  const openStep = (index: number) => {
    const from = Date.parse(times[index] ?? '');
    onOpen?.(new Date(from).toISOString(), new Date(from + stepMs).toISOString());
  };
  const table = <ChartTable name={name} times={times} series={series} format={format} onOpen={onOpen && openStep} />;
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
            aria-label={terms.showOf(name)}
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
              <Plot
                times={times}
                series={series}
                format={format}
                onPoint={point}
                marks={marks.map(({ at: time, tone }) => ({ at: Date.parse(time), tone }))}
                gaps={gaps}
                onZoom={
                  onZoom && ((from, until) => onZoom(new Date(from).toISOString(), new Date(until).toISOString()))
                }
                onOpen={onOpen && openStep}
              />
            </Suspense>
          </div>
        </CatchBoundary>
      )}
      {marks.length + gaps.length === 0 ? null : (
        <ul className={css['marks']} aria-label={parts.chart.marks}>
          {gaps.map(({ from, until }) => (
            <li key={from} data-tone="calm">
              {parts.chart.noServer(clock(from), clock(until))}
            </li>
          ))}
          {marks.map(({ at: time, label, tone, to }) => (
            <li key={`${time} ${label}`} data-tone={tone}>
              <time dateTime={time}>{formatTime(new Date(time), 'date', Date.now())}</time>{' '}
              <Anchor component={Link} to={to as '/'} size="xs" underline="always">
                {label}
              </Anchor>
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

const clock = (at: number) => formatTime(new Date(at), 'date', Date.now());

/** Told apart without colour by its dashes, as in the plot. */
function Swatch({ index }: { index: number }): ReactNode {
  return (
    <svg aria-hidden="true" width="18" height="8" viewBox="0 0 18 8">
      <path d="M0 4H18" stroke="currentColor" strokeWidth="2.5" strokeDasharray={dashes(index).join(' ')} />
    </svg>
  );
}

type TableProps = Required<Pick<Props, 'name' | 'times' | 'series' | 'format'>> & {
  onOpen: ((index: number) => void) | undefined;
};

function ChartTable({ name, times, series, format, onOpen }: TableProps): ReactNode {
  return (
    <section className={css['frame']} aria-label={parts.tableScroll(name)} tabIndex={0}>
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">{terms.time}</th>
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
                <th scope="row">
                  {onOpen === undefined ? (
                    formatAbsolute(new Date(time)).local
                  ) : (
                    <UnstyledButton className={css['open'] ?? ''} onClick={() => onOpen(index)}>
                      {formatAbsolute(new Date(time)).local}
                    </UnstyledButton>
                  )}
                </th>
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
