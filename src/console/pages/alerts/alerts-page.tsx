import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { apiQuery } from '../../data/api.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { settings } from '../../messages/en/settings.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import { AlertHealth } from './alert-health.tsx';

export function AlertsPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/alerts' });
  const navigate = useNavigate({ from: '/settings/alerts' });
  const mayLook = useMay('settings:view');
  const mayManage = useMay('settings:manage');
  const { filter, cursor } = search;
  const query = useQuery({
    ...apiQuery('listAlerts', { query: { name: filter, cursor } }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  const isEmpty = query.data?.data.length === 0 && filter === undefined && cursor === undefined;
  const create = (
    <Button component={Link} to="/settings/alerts/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  );
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="settings:view"
      crumbs={[{ label: settings.title, to: '/settings' }]}
      actions={mayManage && !isEmpty ? create : undefined}
    >
      <SettingsNav />
      <ListPage
        name={words.list}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
        empty={{
          icon: 'alert',
          title: words.emptyTitle,
          text: words.emptyText,
          ...(mayManage ? { action: create } : {}),
        }}
        emptyByFilter={words.emptyByFilter}
      />
    </Page>
  );
}

const columns: readonly Column<Alert>[] = [
  {
    id: 'name',
    header: words.columns.name,
    isFixed: true,
    wraps: true,
    cell: ({ id, name, description }) => (
      <RowLink to="/settings/alerts/$alertId" params={{ alertId: id }} note={description}>
        {name}
      </RowLink>
    ),
  },
  { id: 'type', header: words.columns.type, cell: ({ type }) => words.types[type] },
  { id: 'status', header: words.columns.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'state', header: words.columns.state, wraps: true, cell: ({ health }) => <AlertHealth health={health} /> },
  {
    id: 'sent',
    header: words.columns.sent,
    cell: ({ health: { lastSentAt } }) => (lastSentAt === null ? words.never : <Time at={lastSentAt} />),
  },
  { id: 'modified', header: words.columns.modified, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
];
