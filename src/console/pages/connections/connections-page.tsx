import { Button, Menu, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery, useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { formatNumber } from '../../messages/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { type Connection, stateOf } from './connection.ts';
import { DeleteConnection } from './delete-connection.tsx';

export function ConnectionsPage(): ReactNode {
  const search = useSearch({ from: '/shell/connections' });
  const navigate = useNavigate({ from: '/connections' });
  const mayManage = useMay('connections:manage');
  const { filter, cursor, status } = search;
  const [deleted, ask] = useState<Connection | null>(null);
  const query = useQuery({
    ...apiQuery('listConnections', { query: { name: filter, cursor, status } }),
    placeholderData: keepPreviousData,
  });
  const change = (next: Partial<typeof search>) => void navigate({ search: { ...search, ...next }, replace: true });

  const create = mayManage ? (
    <Button component={Link} to="/connections/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  // An empty list has the button in its middle.
  const isEmpty = (query.data?.data.length ?? 0) === 0 && filter === undefined && status === undefined;
  return (
    <Page title={words.title} lead={words.lead} right="connections:view" actions={isEmpty ? undefined : create}>
      <ListPage
        name={words.title}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={change}
        isFiltered={status !== undefined}
        onClear={() => void navigate({ search: {} })}
        filters={
          <NativeSelect
            aria-label={words.state}
            value={status ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ status: statuses.find((one) => one === value), cursor: undefined })
            }
            data={[
              { value: '', label: words.anyState },
              ...statuses.map((value) => ({ value, label: parts.status[value] })),
            ]}
          />
        }
        empty={{
          icon: 'connections',
          title: words.emptyTitle,
          text: words.emptyText,
          action: create,
          code: 'millrace apply crm.yaml',
        }}
        emptyByFilter={words.emptyByFilter}
        {...(mayManage ? { rowMenu: (row: Connection) => <More row={row} onDelete={() => ask(row)} /> } : {})}
      />
      <DeleteConnection connection={deleted} onClose={() => ask(null)} onDeleted={() => ask(null)} />
    </Page>
  );
}

const statuses = ['enabled', 'paused', 'disabled'] as const;

const columns: readonly Column<Connection>[] = [
  {
    id: 'name',
    header: words.columns.name,
    isFixed: true,
    cell: ({ id, name, description }) => (
      <RowLink to="/connections/$connectionId" params={{ connectionId: id }} note={description}>
        {name}
      </RowLink>
    ),
  },
  { id: 'type', header: words.columns.type, cell: ({ type }) => words.types[type], isHiddenAtFirst: true },
  {
    id: 'baseUrl',
    header: words.columns.baseUrl,
    cell: ({ baseUrl }) => (
      <Text ff="monospace" size="sm" truncate maw="20rem" title={baseUrl}>
        {baseUrl}
      </Text>
    ),
  },
  { id: 'auth', header: words.columns.auth, cell: ({ auth }) => words.details.authTypes[auth.type] },
  { id: 'state', header: words.columns.state, cell: (row) => <StatusBadge status={stateOf(row)} /> },
  {
    id: 'held',
    header: words.columns.held,
    align: 'end',
    cell: ({ health }) => formatNumber(health.held),
  },
  {
    id: 'modified',
    header: words.columns.modified,
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <Time at={updatedAt} />
        <Text c="dimmed" size="sm" truncate maw="11rem" title={updatedBy}>
          {words.changedBy(updatedBy)}
        </Text>
      </>
    ),
  },
];

function More({ row, onDelete }: { row: Connection; onDelete: () => void }): ReactNode {
  const patch = useApi('changeConnection');
  const isPaused = row.status === 'paused';
  function toggle() {
    patch.mutate(
      { params: { id: row.id }, body: { status: isPaused ? 'enabled' : 'paused' }, ifMatch: row.version },
      {
        onSuccess: () => notifyDone(isPaused ? words.resumed(row.name) : words.paused(row.name)),
        onError: notifyFailed,
      },
    );
  }
  return (
    <RowMenu name={row.name}>
      <Menu.Item component={Link} to="/connections/$connectionId" params={{ connectionId: row.id } as never}>
        {words.open}
      </Menu.Item>
      <Menu.Item onClick={toggle}>{isPaused ? words.resume : words.pause}</Menu.Item>
      <Menu.Item onClick={onDelete}>{words.delete}</Menu.Item>
    </RowMenu>
  );
}
