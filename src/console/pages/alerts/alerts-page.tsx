import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { allQuery } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { AlertHealth } from './alert-health.tsx';

export function AlertsPage(): ReactNode {
  const mayLook = useMay('settings:view');
  const mayManage = useMay('settings:manage');
  const { list, create } = useListPage({
    name: words.title,
    noun: nouns.alerts,
    search: useSearch({ from: '/shell/settings/alerts' }),
    query: useQuery({ ...allQuery('listAlerts'), enabled: mayLook }),
    columns,
    rowKey,
    texts,
    sortedBy: 'name',
    create: mayManage ? { label: words.create, to: '/settings/alerts/new' } : undefined,
    empty: { icon: 'bell', title: words.emptyTitle, text: words.emptyText },
  });
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="settings:view"
      crumbs={[{ label: shell.pages.settings, to: '/settings' }]}
      actions={create}
    >
      <ListPage {...list} />
    </Page>
  );
}

const rowKey = ({ id }: Alert) => id;
const texts = ({ name, description }: Alert) => [name, description];

const columns: readonly Column<Alert>[] = [
  {
    id: 'name',
    header: terms.name,
    isFixed: true,
    isText: true,
    sort: ({ name }) => name,
    cell: ({ id, name, description }) => (
      <RowLink to="/settings/alerts/$alertId" params={{ alertId: id }} note={description}>
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
    id: 'type',
    header: words.columns.type,
    sort: ({ type }) => words.types[type],
    cell: ({ type }) => words.types[type],
  },
  { id: 'state', header: terms.state, isText: true, cell: ({ health }) => <AlertHealth health={health} /> },
  {
    id: 'sent',
    header: words.columns.sent,
    sort: ({ health }) => health.lastSentAt,
    cell: ({ health: { lastSentAt } }) => (lastSentAt === null ? terms.never : <Time at={lastSentAt} />),
  },
  {
    id: 'modified',
    header: terms.modified,
    sort: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Time at={updatedAt} />,
  },
];
