import { Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { AlertMessage } from '../../../contract/documents/alert.ts';
import { apiQuery } from '../../data/api.ts';
import { alerts } from '../../messages/en/alerts.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { type Status, StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';

const words = alerts.messages;
const statuses: Readonly<Record<AlertMessage['status'], Status>> = {
  waiting: 'pending',
  sent: 'done',
  failed: 'failed',
};

type Search = { cursor?: string | undefined };

/** What an alert told, and what it has yet to tell. */
export function AlertMessages(props: { alertId: string; search: Search; onSearch: (next: Search) => void }): ReactNode {
  const { alertId, search, onSearch } = props;
  const query = useQuery({
    ...apiQuery('listAlertMessages', { params: { id: alertId }, query: { cursor: search.cursor } }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  return (
    <ListPage
      name={words.list}
      query={query}
      columns={columns}
      rowKey={({ id }) => id}
      search={{ cursor: search.cursor }}
      onSearch={onSearch}
      isPlain
      empty={{ icon: 'bell', title: words.emptyTitle, text: words.emptyText }}
      emptyByFilter={words.emptyByFilter}
    />
  );
}

const columns: readonly Column<AlertMessage>[] = [
  { id: 'message', header: words.columns.message, isFixed: true, isText: true, cell: ({ title }) => title },
  { id: 'about', header: words.columns.about, cell: ({ about }) => words.abouts[about] },
  { id: 'status', header: words.columns.status, cell: ({ status }) => <StatusBadge status={statuses[status]} /> },
  {
    id: 'result',
    header: words.columns.result,
    isText: true,
    cell: ({ detail, attempts }) => (
      <Stack gap={0}>
        {detail ?? words.noResult}
        {attempts > 1 ? (
          <Text size="sm" c="dimmed">
            {words.tries(attempts)}
          </Text>
        ) : null}
      </Stack>
    ),
  },
  { id: 'at', header: words.columns.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    id: 'next',
    header: words.columns.next,
    cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? '' : <Time at={nextAttemptAt} />),
  },
];
