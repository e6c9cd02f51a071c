import { Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useStats } from '../../data/stats.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { statusLine } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { type ChartTime, ChartTimePicker, useChartTime } from '../../parts/chart/chart-time.tsx';
import { TextLink } from '../../parts/links.tsx';
import { Panel } from '../../parts/panel.tsx';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { useMay } from '../../session/rights.ts';
import { useUsage } from './usage.ts';

const w = words.activity;

/** The deliveries of a connection, or of one of its destinations: charts, and the newest. */
export function ActivityTab({ connection: { id } }: { connection: { id: string } }): ReactNode {
  const { cursor, ...search } = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const maySeeFigures = useMay('settings:view');
  const destinations = useUsage()?.destinationsOf(id) ?? [];
  const [destinationId, choose] = useState<string | null>(null);
  const change = (next: Partial<ChartTime> & { cursor?: string | undefined }) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  return (
    <Stack>
      {destinations.length < 2 ? null : (
        <Select
          label={terms.destination}
          placeholder={w.allDestinations}
          value={destinationId}
          onChange={(next) => {
            choose(next);
            change({ cursor: undefined });
          }}
          data={destinations.map((one) => ({ value: one.id, label: one.name }))}
          searchable
          clearable
          maw="24rem"
        />
      )}
      {maySeeFigures ? (
        <Figures
          connectionId={id}
          destinationId={destinationId}
          destinationIds={destinations.map((one) => one.id)}
          time={search}
          onTime={change}
        />
      ) : null}
      <Group justify="space-between" align="baseline">
        <Title order={2}>{w.deliveries}</Title>
        <TextLink to="/deliveries" search={targetOf(id, destinationId)}>
          {w.all}
        </TextLink>
      </Group>
      <DeliveryTable
        name={w.deliveries}
        filter={destinationId === null ? { connectionId: id } : { destinationId }}
        empty={{ text: w.emptyText }}
      />
    </Stack>
  );
}

/** The filter of Deliveries for a connection or one of its destinations. */
const targetOf = (connection: string, destination: string | null) =>
  destination === null ? { connection } : { destination };

type FiguresProps = {
  connectionId: string;
  /** null: all destinations. */
  destinationId: string | null;
  destinationIds: readonly string[];
  /** The time as the address says it. */
  time: Parameters<typeof useChartTime>[0];
  onTime: (change: Partial<ChartTime>) => void;
};

function Figures({ connectionId, destinationId, destinationIds, time: given, onTime }: FiguresProps): ReactNode {
  const time = useChartTime(given);
  const { data } = useStats(destinationId === null ? 'connection' : 'destination', destinationId ?? connectionId, time);
  if (data === undefined) return <Skeleton height={260} />;
  const { totals, series, durations, errors, from, until } = data;
  const target = targetOf(connectionId, destinationId);
  const ids = [connectionId, ...(destinationId === null ? destinationIds : [destinationId])];
  const shared = { stats: data, ids, filter: target, onTime };
  return (
    <Panel title={shell.pages.deliveries}>
      <Group justify="space-between">
        <Text c="dimmed">
          {durations === null
            ? w.noDurations
            : w.durations(formatDuration(durations.p50Ms), formatDuration(durations.p95Ms))}
        </Text>
        <ChartTimePicker time={time} onChange={onTime} />
      </Group>
      <Chart
        name={shell.pages.deliveries}
        sentence={w.sentence(totals.delivered, totals.failed, totals.retried)}
        {...shared}
        series={[
          { label: parts.status.delivered, tone: 'good', values: series.map(({ delivered }) => delivered) },
          { label: parts.status.failed, tone: 'bad', values: series.map(({ failed }) => failed) },
          { label: w.retried, tone: 'warn', values: series.map(({ retried }) => retried) },
        ]}
      />
      {errors.length === 0 ? null : (
        <>
          <Title order={3}>{w.errors}</Title>
          <Chart
            {...shared}
            name={w.errors}
            sentence={w.errorsSentence(errors.map(({ error, count }) => w.errorOf(errorWords(error), count)))}
            series={errors.slice(0, tones.length).map((one, index) => ({
              label: errorWords(one.error),
              tone: tones[index] ?? 'calm',
              values: one.series,
            }))}
          />
          <Group gap="xs">
            {errors.map(({ error, count }) => (
              <TextLink
                key={error}
                to="/deliveries"
                search={{ ...target, ...errorFilter(error), range: 'custom', from, until }}
                size="sm"
              >
                {w.errorOf(errorWords(error), count)}
              </TextLink>
            ))}
          </Group>
        </>
      )}
    </Panel>
  );
}

const tones = ['bad', 'warn', 'work', 'calm', 'good'] as const;

const isStatus = (error: string) => /^\d+$/.test(error);

/** A status code with its name, or a kind of error in words. */
function errorWords(error: string): string {
  if (isStatus(error)) return statusLine(Number(error));
  return error in outcomes.errorKind ? outcomes.errorKind[error as keyof typeof outcomes.errorKind].short : error; // just looked up
}

const errorFilter = (error: string) => (isStatus(error) ? { code: error } : { error });
