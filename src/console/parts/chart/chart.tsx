import { Anchor, Box, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { CatchBoundary, useNavigate } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, Suspense, useState } from 'react';
import { type Stats, useApiQuery } from '../../data/data.ts';
import { switchedTo } from '../../data/switched-to.ts';
import {
  audit as auditWords,
  formatAbsolute,
  formatDuration,
  formatNumber,
  formatSpan,
  formatTime,
  issueText,
  parts,
  terms,
} from '../../messages/en.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { options } from '../form/bind.ts';
import { Note, ThingLink, type Tone, toneColor } from '../parts.ts';
import { type ChartGap, type ChartSeries, fillOf } from './chart-series.ts';

export type { ChartSeries } from './chart-series.ts';

type Props = {
  /** Names the chart and its table. */
  name: string;
  /** What it tells, in a sentence: for screen readers. */
  sentence: string;
  stats: Pick<Stats, 'series' | 'stepMs' | 'from' | 'until'>;
  /** Counts as the parts of a bar, with a value for each step of the statistics. */
  series: readonly ChartSeries[];
  /** The things whose changes and issues are marked; without them: all. */
  ids?: readonly string[];
  /** The filter of the deliveries behind a step, as their list takes it. */
  filter: { action?: string; connection?: string; destination?: string };
  /** A part of the time was dragged over (RFC 3339). */
  onTime: (time: { from: string; until: string }) => void;
};

const Plot = lazyPart(() => import('./chart-plot.tsx'), 'Plot');

/** Bars over time, the same as a table, and what they show where the pointer is. What can't be drawn is a table. */
export function Chart(props: Props): ReactNode {
  const { name, sentence, stats, series, ids, filter, onTime } = props;
  const [view, show] = useState<keyof typeof parts.chart.views>('chart');
  const [isDrawable, setDrawable] = useState(true);
  const [pointed, point] = useState<number | null>(null);
  const navigate = useNavigate();
  const marks = useChartMarks(stats.from, stats.until, ids);
  const gaps = gapsIn(stats);
  const times = stats.series.map(({ at }) => at);
  const ends = times.map((time) => Date.parse(time) + stats.stepMs);
  const end = pointed === null ? undefined : ends[pointed];
  const timeOf = (from: number, until: number) => ({
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
  });
  const openStep = (index: number) => {
    const until = ends[index] ?? 0;
    void navigate({
      to: '/deliveries',
      search: { ...filter, range: 'custom', ...timeOf(until - stats.stepMs, until) },
    });
  };
  const table = <ChartTable name={name} times={times} series={series} onOpen={openStep} />;
  return (
    <Box component="figure" m={0} aria-label={name}>
      <Group justify="space-between" mb="xs">
        <Group role="list" gap="md" aria-label={parts.chart.legend} className="tabular">
          {series.map(({ label, tone, values, isLine = false }, index) => (
            <Group role="listitem" key={label} gap={6} fz="sm">
              <Swatch index={index} tone={tone} isLine={isLine} />
              {label}
              <b>{formatNumber(pointed === null ? sum(values) : (values[pointed] ?? 0))}</b>
            </Group>
          ))}
          <Note role="listitem">
            {end === undefined ? parts.chart.total : formatSpan(new Date(end - stats.stepMs), new Date(end))}
          </Note>
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
          <Note>{parts.chart.per(stepWords(stats.stepMs))}</Note>
          <Box role="img" aria-label={sentence} mih={200} miw={0} style={{ overflow: 'hidden' }}>
            <Suspense>
              <Plot
                ends={ends}
                stepMs={stats.stepMs}
                series={series}
                onPoint={point}
                marks={marks.map(({ at: time, tone }) => ({ at: Date.parse(time), tone }))}
                gaps={gaps}
                onZoom={(from, until) => onTime(timeOf(from, until))}
                onOpen={openStep}
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
          {marks.map(({ at: time, label, tone, thing }) => (
            <Mark key={`${time} ${label}`} tone={tone}>
              <time dateTime={time}>{clock(time)}</time>{' '}
              <ThingLink underline="always" size="xs" entry={{ ...thing, name: label }} />
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

/** Told apart without colour by its filling, as in the plot. */
function Swatch({ index, tone, isLine }: { index: number; tone: Tone; isLine: boolean }): ReactNode {
  const fill = fillOf(index);
  const lines = {
    rising: 'M-1 5 5-1M1 11 11 1M7 13 13 7',
    falling: 'M-1 7 5 13M1 1 11 11M7-1 13 5',
    light: '',
    solid: '',
  };
  return (
    <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12" style={{ color: toneColor(tone) }}>
      {isLine ? (
        <path d="M0 6H12" stroke="currentColor" strokeWidth="2" strokeDasharray="4 3" />
      ) : (
        <g stroke="currentColor">
          <rect
            x="0.5"
            y="0.5"
            width="11"
            height="11"
            fill={fill === 'solid' || fill === 'light' ? 'currentColor' : 'none'}
            fillOpacity={fill === 'light' ? 0.25 : 1}
          />
          <path d={lines[fill]} strokeWidth="1.5" />
        </g>
      )}
    </svg>
  );
}

/** `1 min` is a minute to a reader. */
const stepWords = (ms: number) => (ms === 60_000 ? parts.chart.minute : formatDuration(ms));

type TableProps = Pick<Props, 'name' | 'series'> & { times: readonly string[]; onOpen: (index: number) => void };

function ChartTable({ name, times, series, onOpen }: TableProps): ReactNode {
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
                  <Anchor component="button" underline="always" onClick={() => onOpen(index)}>
                    {formatAbsolute(new Date(time)).local}
                  </Anchor>
                </Table.Th>
                {series.map(({ label, values }) => (
                  <Table.Td key={label} ta="end">
                    {formatNumber(values[index] ?? 0)}
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

/** The times without a server, from the steps of statistics. */
function gapsIn({ series, stepMs }: Props['stats']): ChartGap[] {
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

type Thing = Pick<ComponentProps<typeof ThingLink>['entry'], 'act' | 'kind' | 'id'>;

/** Something that happened at a time and may explain a chart: a change of the configuration, or an issue that opened. */
type ChartMark = { at: string; label: string; tone: 'work' | 'bad'; thing: Thing };

/** The documents that deliveries depend on. */
const kinds = new Set(['connection', 'destination', 'action', 'behavior', 'collector']);
const { acts, did } = parts.chart;
const marksMax = 12;

/** What happened to these things (undefined: to all) between two times, newest first. Nothing without the rights. */
function useChartMarks(from: string, until: string, ids?: readonly string[]): readonly ChartMark[] {
  const { data: audit } = useApiQuery(
    'listAudit',
    { query: { result: 'done', createdAfter: from, createdBefore: until, limit: 200 } },
    { enabled: from !== '', staleTime: 30_000 },
  );
  const { data: issues } = useApiQuery('listIssues', { query: { limit: 100 } });
  const isOf = (id: string | null) => ids === undefined || (id !== null && ids.includes(id));
  const changes = (audit?.data ?? [])
    .filter(({ kind, act, id }) => kinds.has(kind) && act in acts && isOf(id))
    .map(({ createdAt, kind, act, id, name, principal, changes: all }): ChartMark => {
      const verb = (act === 'change' ? switchedTo(all) : undefined) ?? acts[act] ?? '';
      const label = did(auditWords.kinds[kind], name ?? id ?? terms.noName, verb, principal);
      return { at: createdAt, label, tone: 'work', thing: { act, kind, id } };
    });
  const opened = (issues?.data ?? [])
    .filter(({ openedAt }) => openedAt >= from && openedAt < until)
    .filter((one) => isOf(one.connectionId) || isOf(one.destinationId) || isOf(one.actionId))
    .map((issue): ChartMark => {
      const { id, openedAt } = issue;
      return { at: openedAt, label: issueText(issue).title, tone: 'bad', thing: { kind: 'issue', id } };
    });
  return [...changes, ...opened].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, marksMax);
}
