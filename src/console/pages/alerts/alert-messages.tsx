import { Stack } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AlertMessage } from '../../../contract/documents/alert.ts';
import { useApiQuery } from '../../data/api.ts';
import { kept } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { alerts, parts, terms } from '../../messages/en.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { Note, type Status, StatusBadge, Time } from '../../parts/parts.ts';

const words = alerts.messages;
const statuses: Readonly<Record<AlertMessage['status'], Status>> = {
  waiting: 'pending',
  sent: 'done',
  failed: 'failed',
};

/** The messages of an alert: those that were sent, and those that are pending. */
export function AlertMessages({ alertId }: { alertId: string }): ReactNode {
  const search = useSearch({ from: '/shell/settings/alerts/$alertId' });
  const query = useApiQuery(
    'listAlertMessages',
    { params: { id: alertId }, query: { cursor: search.cursor } },
    { ...kept, refetchInterval: 10_000 },
  );
  const { list } = useListPage({
    name: words.list,
    search,
    query,
    columns,
    rowKey: ({ id }) => id,
    empty: { icon: 'bell', text: words.emptyText },
    noun: nouns.messages,
  });
  return <ListPage {...list} isPlain />;
}

const columns: readonly Column<AlertMessage>[] = [
  { id: 'message', header: words.columns.message, isFixed: true, isText: true, cell: ({ title }) => title },
  { id: 'about', header: words.columns.about, cell: ({ about }) => words.abouts[about] },
  { id: 'status', header: terms.status, cell: ({ status }) => <StatusBadge status={statuses[status]} /> },
  {
    id: 'result',
    header: terms.result,
    isText: true,
    cell: ({ detail, attempts }) => (
      <Stack gap={0}>
        {detail ?? parts.status.pending}
        {attempts > 1 ? <Note>{words.tries(attempts)}</Note> : null}
      </Stack>
    ),
  },
  { id: 'at', header: terms.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    id: 'next',
    header: terms.nextAttempt,
    cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? '' : <Time at={nextAttemptAt} />),
  },
];
