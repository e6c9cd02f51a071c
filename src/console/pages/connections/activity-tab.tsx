import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { type Stats, useApiQuery, useStats } from '../../data/data.ts';
import { formatDuration, outcomes, shell, statusLine, terms, connections as words } from '../../messages/en.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { statesOver } from '../../parts/chart/chart-series.ts';
import { ChartTimePicker, useChartTime, useWeekBefore } from '../../parts/chart/chart-time.tsx';
import { SearchedSelect } from '../../parts/form/searched-select.tsx';
import { Panel, TextLink } from '../../parts/parts.ts';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { useMay } from '../../session/rights.ts';

const w = words.activity;

/** The deliveries of a connection, or of one of its destinations: charts, and the newest. */
export function ActivityTab({ connection: { id } }: { connection: { id: string } }): ReactNode {
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const destinations =
    useApiQuery('listDestinations', { params: { id }, query: { sort: 'name', limit: 200 } }).data?.data ?? [];
  const [destinationId, choose] = useState<string | null>(null);
  const [time, setTime] = useChartTime();
  const kind = destinationId === null ? 'connection' : 'destination';
  const { data: stats } = useStats(kind, destinationId ?? id, time);
  const before = useWeekBefore(kind, destinationId ?? id, stats, time);
  const filter = destinationId === null ? { connection: id } : { destination: destinationId };
  const shared = {
    ids: destinationId === null ? [id, ...destinations.map((one) => one.id)] : [id, destinationId],
    filter,
    onTime: setTime,
  };
  return (
    <Stack>
      {destinations.length < 2 ? null : (
        <SearchedSelect
          label={terms.destination}
          placeholder={w.allDestinations}
          value={destinationId ?? ''}
          onChange={(next) => {
            choose(next || null);
            void navigate({ search: (present) => ({ ...present, cursor: undefined }), replace: true });
          }}
          groups={[{ items: destinations.map((one) => ({ value: one.id, label: one.name })) }]}
          isClearable
          maw="24rem"
        />
      )}
      {!useMay('settings:view') ? null : stats === undefined ? (
        <Skeleton height={260} />
      ) : (
        <Panel title={shell.pages.deliveries}>
          <Group justify="space-between">
            <Text c="dimmed">
              {stats.durations === null
                ? w.noDurations
                : w.durations(formatDuration(stats.durations.p50Ms), formatDuration(stats.durations.p95Ms))}
            </Text>
            <ChartTimePicker time={time} stats={stats} onChange={setTime} />
          </Group>
          <Chart
            {...shared}
            stats={stats}
            name={shell.pages.deliveries}
            sentence={w.sentence(stats.totals.delivered, stats.totals.failed, stats.totals.retried)}
            series={[
              ...statesOver(stats, 'delivered', 'failed'),
              { label: terms.retried, tone: 'warn', values: stats.series.map(({ retried }) => retried) },
              ...(before === undefined ? [] : [before]),
            ]}
          />
          {stats.errors.length === 0 ? null : <Errors {...shared} stats={stats} />}
        </Panel>
      )}
      <Group justify="space-between" align="baseline">
        <Title order={2}>{w.deliveries}</Title>
        <TextLink to="/deliveries" search={filter}>
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

type ErrorsProps = Omit<ComponentProps<typeof Chart>, 'name' | 'sentence' | 'series' | 'stats'> & { stats: Stats };

/** Errors by their code over time, with links to the deliveries behind. */
function Errors({ stats, ...shared }: ErrorsProps): ReactNode {
  const { errors, from, until } = stats;
  const countOf = ({ error, count }: Stats['errors'][number]) => w.errorOf(errorWords(error), count);
  return (
    <>
      <Title order={3}>{w.errors}</Title>
      <Chart
        {...shared}
        stats={stats}
        name={w.errors}
        sentence={w.errorsSentence(errors.map(countOf))}
        series={errors.slice(0, tones.length).map((one, index) => ({
          label: errorWords(one.error),
          tone: tones[index] ?? 'calm',
          values: one.series,
        }))}
      />
      <Group gap="xs">
        {errors.map((one) => (
          <TextLink
            key={one.error}
            to="/deliveries"
            search={{ ...shared.filter, ...errorFilter(one.error), range: 'custom', from, until }}
            size="sm"
          >
            {countOf(one)}
          </TextLink>
        ))}
      </Group>
    </>
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
