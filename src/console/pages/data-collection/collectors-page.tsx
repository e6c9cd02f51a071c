import { Button, Code, Group, Menu, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery, useApi } from '../../data/api.ts';
import { useStats } from '../../data/stats.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { parts } from '../../messages/en/parts.ts';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { notifyUndo } from '../../parts/undo.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { type Collector, originsInWords } from './collector.ts';
import { DeleteCollector } from './delete-collector.tsx';
import { eventColumns } from './event-columns.tsx';
import { LastEvent } from './last-event.tsx';
import { RotateKey } from './rotate-key.tsx';
import { UnknownKeys } from './unknown-keys.tsx';

export function CollectorsPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection' });
  const navigate = useNavigate({ from: '/data-collection' });
  const mayManage = useMay('collectors:manage');
  const maySeeEvents = useMay('events:view');
  const stats = useStats('collector').data;
  const [asked, ask] = useState<{ what: 'delete' | 'rotate'; row: Collector } | null>(null);
  const { filter, cursor, status } = search;
  const query = useQuery({
    ...apiQuery('listCollectors', { query: { name: filter, cursor, status } }),
    placeholderData: keepPreviousData,
  });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });

  const create = mayManage ? (
    <Button component={Link} to="/data-collection/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  // An empty list has the button in its middle.
  const isEmpty = (query.data?.data.length ?? 0) === 0 && filter === undefined && status === undefined;
  return (
    <Page title={words.title} lead={words.lead} right="collectors:view" actions={isEmpty ? undefined : create}>
      <CollectionNav />
      <UnknownKeys />
      <ListPage
        name={words.parts.collectors}
        query={query}
        columns={[
          ...columns,
          ...(stats === undefined ? [] : eventColumns(stats)),
          ...(maySeeEvents ? [lastEvent] : []),
          modified,
        ]}
        rowKey={({ id }) => id}
        search={search}
        onSearch={change}
        isFiltered={status !== undefined}
        onClear={() => void navigate({ search: {} })}
        filters={
          <NativeSelect
            aria-label={words.status}
            value={status ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ status: statuses.find((one) => one === value), cursor: undefined })
            }
            data={[
              { value: '', label: words.anyStatus },
              ...statuses.map((value) => ({ value, label: parts.status[value] })),
            ]}
          />
        }
        empty={{
          icon: 'collection',
          title: words.emptyTitle,
          text: words.emptyText,
          action: create,
          code: 'millrace apply collectors.yaml',
        }}
        emptyByFilter={words.emptyByFilter}
        {...(mayManage ? { rowMenu: (row: Collector) => <More row={row} onAsk={(what) => ask({ what, row })} /> } : {})}
      />
      <RotateKey collector={asked?.what === 'rotate' ? asked.row : null} onClose={() => ask(null)} />
      <DeleteCollector
        collector={asked?.what === 'delete' ? asked.row : null}
        onClose={() => ask(null)}
        onDeleted={() => ask(null)}
      />
    </Page>
  );
}

const statuses = ['enabled', 'disabled'] as const;

const columns: readonly Column<Collector>[] = [
  {
    id: 'name',
    header: words.columns.name,
    isFixed: true,
    cell: ({ id, name }) => (
      <RowLink to="/data-collection/$collectorId" params={{ collectorId: id }}>
        {name}
      </RowLink>
    ),
  },
  { id: 'status', header: words.columns.status, cell: ({ status }) => <StatusBadge status={status} /> },
  {
    id: 'key',
    header: words.columns.key,
    cell: ({ key, name }) => (
      <Group gap={4} wrap="nowrap">
        <Code title={key}>{`${key.slice(0, 8)}…`}</Code>
        <CopyIcon text={key} label={words.copyKey(name)} />
      </Group>
    ),
  },
  {
    id: 'formats',
    header: words.columns.formats,
    isHiddenAtFirst: true,
    cell: ({ formats }) => formats.map((format) => words.formats[format]).join(', '),
  },
  {
    id: 'origins',
    header: words.columns.origins,
    cell: (row) => (
      <Text truncate maw="16rem" title={row.allowedOrigins.join('\n')}>
        {originsInWords(row)}
      </Text>
    ),
  },
];

const modified: Column<Collector> = {
  id: 'modified',
  header: words.columns.modified,
  isHiddenAtFirst: true,
  cell: ({ updatedAt, updatedBy }) => (
    <>
      <Time at={updatedAt} />
      <Text c="dimmed" size="sm" truncate maw="11rem" title={updatedBy}>
        {words.changedBy(updatedBy)}
      </Text>
    </>
  ),
};

const lastEvent: Column<Collector> = {
  id: 'last',
  header: words.columns.last,
  cell: ({ id }) => <LastEvent collectorId={id} />,
};

type MoreProps = { row: Collector; onAsk: (what: 'delete' | 'rotate') => void };

function More({ row, onAsk }: MoreProps): ReactNode {
  const patch = useApi('changeCollector');
  const isEnabled = row.status === 'enabled';
  function set(status: Collector['status'], ifMatch: number) {
    patch.mutate(
      { params: { id: row.id }, body: { status }, ifMatch },
      {
        onSuccess: ({ version }) =>
          notifyUndo(status === 'enabled' ? words.enabled(row.name) : words.disabled(row.name), () =>
            set(row.status, version),
          ),
        onError: notifyFailed,
      },
    );
  }
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/data-collection/$collectorId" params={{ collectorId: row.id } as never}>
        {words.open}
      </Menu.Item>
      <Menu.Item onClick={() => set(isEnabled ? 'disabled' : 'enabled', row.version)}>
        {isEnabled ? words.disable : words.enable}
      </Menu.Item>
      <Menu.Item onClick={() => onAsk('rotate')}>{words.rotate}</Menu.Item>
      <Menu.Item onClick={() => onAsk('delete')}>{words.delete}</Menu.Item>
    </RowMenu>
  );
}
