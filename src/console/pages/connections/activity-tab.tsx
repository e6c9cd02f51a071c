import { Anchor, Group, Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { formatDuration } from '../../messages/format.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { RangePicker } from '../../parts/chart/range-picker.tsx';
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
          empty={{ icon: 'deliveries', title: w.emptyTitle, text: w.emptyText }}
          emptyByFilter={w.emptyTitle}
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
  const range = search.range ?? '24h';
  const { data } = useQuery({
    ...apiQuery('getStats', { query: { kind: 'connection', id: connectionId, range } }),
    placeholderData: keepPreviousData,
  });
  if (data === undefined) return <Skeleton height={260} />;
  const { totals, series, durations } = data;
  return (
    <Panel title={w.chart}>
      <Group justify="space-between">
        <Text c="dimmed">
          {durations === null
            ? w.noDurations
            : w.durations(formatDuration(durations.p50Ms), formatDuration(durations.p95Ms))}
        </Text>
        <RangePicker
          value={range}
          onChange={(next) => void navigate({ search: (present) => ({ ...present, range: next }), replace: true })}
        />
      </Group>
      <Chart
        name={w.chart}
        sentence={w.sentence(totals.delivered, totals.failed, totals.retried)}
        times={series.map(({ at }) => at)}
        series={[
          { label: w.delivered, tone: 'good', values: series.map(({ delivered }) => delivered) },
          { label: w.failed, tone: 'bad', values: series.map(({ failed }) => failed) },
          { label: w.retried, tone: 'warn', values: series.map(({ retried }) => retried) },
        ]}
      />
    </Panel>
  );
}

const columns: readonly Column<Row>[] = [
  {
    id: 'created',
    header: w.columns.created,
    isFixed: true,
    cell: ({ id, createdAt }) => (
      <RowLink to="/deliveries/$deliveryId" params={{ deliveryId: id }}>
        <Time at={createdAt} />
      </RowLink>
    ),
  },
  {
    id: 'status',
    header: w.columns.status,
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
    header: w.columns.destination,
    cell: ({ destination, destinationId }) => destination ?? destinationId,
  },
  { id: 'action', header: w.columns.action, cell: ({ action, actionId }) => action ?? actionId ?? '–' },
  { id: 'attempts', header: w.columns.attempts, align: 'end', cell: ({ attempts }) => attempts },
];
