import { Anchor, Group, NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { useStats } from '../../data/stats.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { statusLine } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { useChartMarks } from '../../parts/chart/chart-marks.ts';
import { gapsIn } from '../../parts/chart/chart-series.ts';
import { type ChartTime, ChartTimePicker, useChartTime } from '../../parts/chart/chart-time.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { Connection } from './connection.ts';
import { useUsage } from './usage.ts';

const w = words.activity;

type Delivery = Answer<'listDeliveries'>['data'][number];
type Row = Delivery & { destination: string | undefined; action: string | undefined };

/** What went through a connection lately: a chart, and the newest deliveries. */
export function ActivityTab({ connection }: { connection: Connection }): ReactNode {
  const search = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const maySeeDeliveries = useMay('deliveries:view');
  const maySeeFigures = useMay('settings:view');
  const usage = useUsage();
  const query = useQuery({
    ...apiQuery('listDeliveries', { query: { connectionId: connection.id, cursor: search.cursor, limit: 20 } }),
    placeholderData: keepPreviousData,
    enabled: maySeeDeliveries,
  });
  const { data } = query;
  const page = useMemo(() => {
    const destinations = new Map(usage?.destinations.get(connection.id)?.map(({ id, name }) => [id, name]));
    const actions = new Map([...(usage?.actions.values() ?? [])].flat().map(({ id, name }) => [id, name]));
    return (
      data && {
        ...data,
        data: data.data.map(
          (one): Row => ({
            ...one,
            destination: destinations.get(one.destinationId),
            action: actions.get(one.actionId ?? ''),
          }),
        ),
      }
    );
  }, [data, usage, connection.id]);
  return (
    <Stack>
      {maySeeFigures ? <Figures connectionId={connection.id} /> : null}
      {maySeeDeliveries ? (
        <ListPage
          name={w.deliveries}
          // What is shown is what was asked for, with names.
          query={{ ...query, data: page } as Parameters<typeof ListPage<Row>>[0]['query']}
          columns={columns}
          rowKey={({ id }) => id}
          search={{ cursor: search.cursor }}
          onSearch={({ cursor }) => void navigate({ search: (present) => ({ ...present, cursor }), replace: true })}
          empty={{ icon: 'deliveries', title: terms.noDeliveries, text: w.emptyText }}
          emptyByFilter={terms.noDeliveries}
          tools={
            <Anchor component={Link} to="/deliveries" search={{ connection: connection.id } as never}>
              {w.all}
            </Anchor>
          }
        />
      ) : (
        <Text c="dimmed">{w.noRight}</Text>
      )}
    </Stack>
  );
}

function Figures({ connectionId }: { connectionId: string }): ReactNode {
  const search = useSearch({ from: '/shell/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const time = useChartTime(search);
  const destinations = useUsage()?.destinations.get(connectionId) ?? [];
  const [destinationId, choose] = useState('');
  const isOfOne = destinationId !== '';
  const { data } = useStats(isOfOne ? 'destination' : 'connection', isOfOne ? destinationId : connectionId, time);
  const all = [connectionId, ...destinations.map(({ id }) => id)];
  const marks = useChartMarks(data?.from ?? '', data?.until ?? '', isOfOne ? [connectionId, destinationId] : all);
  if (data === undefined) return <Skeleton height={260} />;
  const { totals, series, durations, errors, from, until } = data;
  const setTime = (next: Partial<ChartTime>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const target = isOfOne ? { destination: destinationId } : { connection: connectionId };
  const shared = {
    times: series.map(({ at }) => at),
    marks,
    gaps: gapsIn(data),
    onZoom: (begin: string, end: string) => setTime({ from: begin, until: end }),
    onOpen: (begin: string, end: string) =>
      void navigate({ to: '/deliveries', search: { ...target, range: 'custom', from: begin, until: end } }),
  };
  return (
    <Panel title={shell.pages.deliveries}>
      {destinations.length < 2 ? null : (
        <NativeSelect
          label={terms.destination}
          value={destinationId}
          onChange={({ currentTarget: { value } }) => choose(value)}
          data={[
            { value: '', label: w.allDestinations },
            ...destinations.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <Group justify="space-between">
        <Text c="dimmed">
          {durations === null
            ? w.noDurations
            : w.durations(formatDuration(durations.p50Ms), formatDuration(durations.p95Ms))}
        </Text>
        <ChartTimePicker time={time} onChange={setTime} />
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
              <Anchor
                key={error}
                component={Link}
                to="/deliveries"
                search={{ ...target, ...errorFilter(error), range: 'custom', from, until } as never}
                size="sm"
              >
                {w.errorOf(errorWords(error), count)}
              </Anchor>
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

const columns: readonly Column<Row>[] = [
  {
    id: 'created',
    header: terms.created,
    isFixed: true,
    cell: ({ id, createdAt }) => (
      <RowLink to="/deliveries/$deliveryId" params={{ deliveryId: id }}>
        <Time at={createdAt} />
      </RowLink>
    ),
  },
  {
    id: 'status',
    header: terms.status,
    cell: ({ status, reason, test }) => (
      <>
        <StatusBadge status={status} {...(test ? { note: w.test } : {})} />
        {reason === null ? null : (
          <Text c="dimmed" size="sm">
            {outcomes.reason[reason].short}
          </Text>
        )}
      </>
    ),
  },
  {
    id: 'destination',
    header: terms.destination,
    cell: ({ destination, destinationId }) => destination ?? destinationId,
  },
  { id: 'action', header: terms.action, cell: ({ action, actionId }) => action ?? actionId ?? '–' },
  { id: 'attempts', header: terms.attempts, align: 'end', cell: ({ attempts }) => attempts },
];
