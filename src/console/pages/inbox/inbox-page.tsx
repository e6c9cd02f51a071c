import { Button, Code, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { statusLine } from '../../messages/en/http.ts';
import { inbox as words } from '../../messages/en/inbox.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatBytes } from '../../messages/format.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { WithInspector } from '../../parts/inspector.tsx';
import { type Column, ListPage, Nothing } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { InboxAddress } from './inbox-address.tsx';
import css from './inbox-page.module.css';
import { InboxRules } from './inbox-rules.tsx';
import { RequestInspector } from './inspector.tsx';

export type InboxRequest = Answer<'listInboxRequests'>['data'][number];

export function InboxPage(): ReactNode {
  const search = useSearch({ from: '/shell/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const mayManage = useMay('deliveries:manage');
  const [isClearing, setClearing] = useState(false);
  const { filter, cursor, inbox, request } = search;
  const version = useQuery(apiQuery('version')).data;
  const isOff = version?.['inbox'] === false;
  const query = useQuery({
    ...apiQuery('listInboxRequests', { query: { text: filter, cursor, inbox } }),
    enabled: version?.['inbox'] === true,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.status === 'error' ? false : liveMs),
  });
  const rows = query.data?.data ?? [];
  const rules =
    useQuery({
      ...apiQuery('listInboxRules'),
      // A rule counts down with the requests that it fails.
      queryKey: ['listInboxRules', rows[0]?.id],
      enabled: query.data !== undefined,
      placeholderData: keepPreviousData,
    }).data?.data ?? [];
  const names = [
    ...new Set([...[...rows, ...rules].map((one) => one.inbox), ...(inbox === undefined ? [] : [inbox])]),
  ].sort();
  const { list, change } = useListPage({
    name: words.list,
    noun: nouns.requests,
    search,
    query,
    columns,
    rowKey,
    filterBy: words.filterBy,
    filters: [{ key: 'inbox', label: shell.pages.inbox, options: names.map((name) => ({ value: name, label: name })) }],
    empty: { icon: 'inbox', text: words.emptyText },
  });
  return (
    <Page
      title={shell.pages.inbox}
      lead={words.lead}
      right="deliveries:view"
      actions={
        mayManage && rows.length > 0 ? (
          <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setClearing(true)}>
            {terms.clear}
          </Button>
        ) : undefined
      }
    >
      {isOff ? (
        <Nothing
          icon="inbox"
          title={words.offTitle}
          text={version['inboxMode'] === 'auto' ? words.offNow : words.offText}
        >
          <Code>{words.offCode}</Code>
        </Nothing>
      ) : (
        <div className={css['page']}>
          <div className={css['top']}>
            <InboxAddress />
            <InboxRules rules={rules} />
          </div>
          <WithInspector
            list={<ListPage {...list} />}
            inspector={
              request === undefined || query.data === undefined ? null : (
                <RequestInspector
                  request={rows.find(({ id }) => id === request) ?? null}
                  onClose={() => change({ request: undefined })}
                />
              )
            }
          />
        </div>
      )}
      <Clear
        isOpen={isClearing}
        count={rows.length}
        isMore={query.data?.page.next != null || query.data?.page.prev != null}
        onClose={() => setClearing(false)}
        onCleared={() => {
          setClearing(false);
          void navigate({ search: {} });
        }}
      />
    </Page>
  );
}

const rowKey = ({ id }: InboxRequest) => id;

const columns: readonly Column<InboxRequest>[] = [
  {
    id: 'request',
    header: terms.request,
    isFixed: true,
    isText: true,
    cell: ({ id, method, path }) => (
      <RowLink to="/inbox" search={(before) => ({ ...before, request: id })}>
        <span className={css['method']}>{method}</span> {path}
      </RowLink>
    ),
  },
  { id: 'inbox', header: shell.pages.inbox, isHiddenAtFirst: true, cell: ({ inbox }) => inbox },
  {
    id: 'answered',
    header: terms.response,
    cell: ({ status }) => (
      <Text
        size="sm"
        fw={550}
        c={status < 300 ? 'var(--console-good)' : 'var(--console-bad)'}
        title={statusLine(status)}
      >
        {status}
      </Text>
    ),
  },
  {
    id: 'size',
    header: terms.size,
    align: 'end',
    cell: ({ body }) => <Text size="sm">{formatBytes(new TextEncoder().encode(body).length)}</Text>,
  },
  { id: 'when', header: words.columns.when, cell: ({ receivedAt }) => <Time at={receivedAt} show="stream" /> },
];

type ClearProps = { isOpen: boolean; count: number; isMore: boolean; onClose: () => void; onCleared: () => void };

function Clear({ isOpen, count, isMore, onClose, onCleared }: ClearProps): ReactNode {
  const clear = useApi('clearInbox');
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={words.clearTitle}
      verb={terms.clear}
      isBusy={clear.isPending}
      error={clear.error}
      onCancel={() => {
        clear.reset();
        onClose();
      }}
      onConfirm={() =>
        clear.mutate(
          {},
          {
            onSuccess() {
              notifyDone(words.cleared);
              onCleared();
            },
          },
        )
      }
    >
      {words.clearText(isMore, count)}
    </ConfirmDialog>
  );
}
