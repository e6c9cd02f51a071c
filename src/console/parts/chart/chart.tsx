import { Anchor, Box, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { CatchBoundary } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatNumber, formatTime } from '../../messages/format.ts';
import { options } from '../form/options.ts';
import { TextLink } from '../links.tsx';
import { type Tone, toneColor } from '../status-badge.tsx';
import type { ChartMark } from './chart-marks.ts';
import { type ChartGap, type ChartSeries, dashes } from './chart-series.ts';

export type { ChartSeries } from './chart-series.ts';

type Props = {
  /** Names the chart and its table. */
  name: string;
  /** What it tells, in a sentence: for screen readers. */
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
    <Box component="figure" m={0} aria-label={name}>
      <Group justify="space-between" mb="xs">
        <Group role="list" gap="md" aria-label={parts.chart.legend} className="tabular">
          {series.map(({ label, tone, values }, index) => (
            <Group role="listitem" key={label} gap={6} fz="sm">
              <Swatch index={index} tone={tone} />
              {label}
              <b>{format(pointed === null ? sum(values) : (values[pointed] ?? 0))}</b>
            </Group>
          ))}
          <Text role="listitem" size="sm" c="dimmed">
            {at === undefined ? parts.chart.total : formatAbsolute(new Date(at)).local}
          </Text>
        </Group>
        {isDrawable ? (
          <SegmentedControl
            size="xs"
            aria-label={terms.showOf(name)}
            data={options(parts.chart.views)}
            value={view}
            onChange={(chosen) => show(chosen as typeof view)} // one of the options above
          />
        ) : null}
      </Group>
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
          <Box role="img" aria-label={sentence} mih={200} miw={0} style={{ overflow: 'hidden' }}>
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
          </Box>
        </CatchBoundary>
      )}
      {marks.length + gaps.length === 0 ? null : (
        <Group role="list" gap="0.2rem 1rem" mt={4} aria-label={parts.chart.marks}>
          {gaps.map(({ from, until }) => (
            <Mark key={from} tone="calm">
              {parts.chart.noServer(clock(from), clock(until))}
            </Mark>
          ))}
          {marks.map(({ at: time, label, tone, to }) => (
            <Mark key={`${time} ${label}`} tone={tone}>
              <time dateTime={time}>{clock(time)}</time>{' '}
              <TextLink to={to as '/'} size="xs" underline="always">
                {label}
              </TextLink>
            </Mark>
          ))}
        </Group>
      )}
    </Box>
  );
}

function Mark({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return (
    <Text
      role="listitem"
      size="xs"
      c="dimmed"
      mih={24}
      pl={6}
      style={{ borderInlineStart: `2px dashed ${toneColor(tone)}` }}
    >
      {children}
    </Text>
  );
}

const clock = (at: number | string) => formatTime(new Date(at), 'date', Date.now());

/** Told apart without colour by its dashes, as in the plot. */
function Swatch({ index, tone }: { index: number; tone: Tone }): ReactNode {
  return (
    <svg aria-hidden="true" width="18" height="8" viewBox="0 0 18 8" style={{ color: toneColor(tone) }}>
      <path d="M0 4H18" stroke="currentColor" strokeWidth="2.5" strokeDasharray={dashes(index).join(' ')} />
    </svg>
  );
}

type TableProps = Required<Pick<Props, 'name' | 'times' | 'series' | 'format'>> & {
  onOpen: ((index: number) => void) | undefined;
};

function ChartTable({ name, times, series, format, onOpen }: TableProps): ReactNode {
  const scrolls = { tabIndex: 0, role: 'region', 'aria-label': parts.tableScroll(name) };
  return (
    <Table.ScrollContainer minWidth={0} maxHeight="20rem" scrollAreaProps={{ viewportProps: scrolls }}>
      <Table stickyHeader className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{terms.time}</Table.Th>
            {series.map(({ label }) => (
              <Table.Th key={label} scope="col" ta="end">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {times
            .map((time, index) => (
              <Table.Tr key={time}>
                <Table.Th scope="row" fw={400}>
                  {onOpen === undefined ? (
                    formatAbsolute(new Date(time)).local
                  ) : (
                    <Anchor component="button" underline="always" onClick={() => onOpen(index)}>
                      {formatAbsolute(new Date(time)).local}
                    </Anchor>
                  )}
                </Table.Th>
                {series.map(({ label, values }) => (
                  <Table.Td key={label} ta="end">
                    {format(values[index] ?? 0)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))
            .reverse()}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
