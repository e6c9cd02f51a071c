import { Code, Group, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { allQuery, useApi } from '../../data/api.ts';
import { useStats } from '../../data/stats.ts';
import { nouns } from '../../messages/counts.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { notifyUndo } from '../../parts/list/delete-document.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { RowMenu } from '../../parts/list/row-menu.tsx';
import { modifiedColumn } from '../../parts/list/standard-columns.tsx';
import { statusFilter, useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { type Collector, originsInWords } from './collector.ts';
import { DeleteCollector, RotateKey } from './collector-dialogs.tsx';
import { eventColumns } from './event-columns.tsx';
import { LastEvent } from './last-event.tsx';
import { UnknownKeys } from './rejected-requests.tsx';

export function CollectorsPage(): ReactNode {
  const mayManage = useMay('collectors:manage');
  const maySeeEvents = useMay('events:view');
  const stats = useStats('collector').data;
  const [asked, ask] = useState<{ what: 'delete' | 'rotate'; row: Collector } | null>(null);
  const search = useSearch({ from: '/shell/data-collection' });
  const columns = useMemo(
    () => [
      ...own,
      ...(stats === undefined ? [] : eventColumns(stats)),
      ...(maySeeEvents ? [lastEvent] : []),
      modifiedColumn<Collector>(),
    ],
    [stats, maySeeEvents],
  );
  const { list, create } = useListPage({
    name: words.parts.collectors,
    noun: nouns.collectors,
    search,
    query: useQuery(allQuery('listCollectors')),
    columns,
    rowKey,
    texts,
    filters: [statusFilter],
    sortedBy: 'name',
    create: mayManage ? { label: words.create, to: '/data-collection/new' } : undefined,
    empty: {
      icon: 'collection',

      text: words.emptyText,
      code: 'millrace apply collectors.yaml',
    },
    ...(mayManage ? { rowMenu: (row: Collector) => <More row={row} onAsk={(what) => ask({ what, row })} /> } : {}),
  });
  return (
    <Page title={shell.pages.dataCollection} lead={words.lead} right="collectors:view" actions={create}>
      <CollectionNav />
      <UnknownKeys />
      <ListPage {...list} />
      <RotateKey document={asked?.what === 'rotate' ? asked.row : null} onClose={() => ask(null)} />
      <DeleteCollector document={asked?.what === 'delete' ? asked.row : null} onClose={() => ask(null)} />
    </Page>
  );
}

const rowKey = ({ id }: Collector) => id;
const texts = ({ name, key }: Collector) => [name, key];

const own: readonly Column<Collector>[] = [
  {
    id: 'name',
    header: terms.name,
    isFixed: true,
    isText: true,
    sort: ({ name }) => name,
    cell: ({ id, name }) => (
      <RowLink to="/data-collection/$collectorId" params={{ collectorId: id }}>
        {name}
      </RowLink>
    ),
  },
  {
    id: 'status',
    header: terms.status,
    sort: ({ status }) => status,
    cell: ({ status }) => <StatusBadge status={status} />,
  },
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
    isText: true,
    cell: (row) => (
      <Text truncate title={row.allowedOrigins.join('\n')}>
        {originsInWords(row)}
      </Text>
    ),
  },
];

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
          notifyUndo(status === 'enabled' ? terms.enabledNow(row.name) : words.disabled(row.name), () =>
            set(row.status, version),
          ),
        onError: notifyFailed,
      },
    );
  }
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/data-collection/$collectorId" params={{ collectorId: row.id } as never}>
        {terms.open}
      </Menu.Item>
      <Menu.Item onClick={() => set(isEnabled ? 'disabled' : 'enabled', row.version)}>
        {isEnabled ? terms.disable : terms.enable}
      </Menu.Item>
      <Menu.Item onClick={() => onAsk('rotate')}>{words.rotate}</Menu.Item>
      <Menu.Item onClick={() => onAsk('delete')}>{terms.delete}</Menu.Item>
    </RowMenu>
  );
}
