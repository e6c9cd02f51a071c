import { Code, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { curlCommand } from '../../../contract/documents/curl.ts';
import { apiQuery, kept, liveMs, useApiQuery } from '../../data/data.ts';
import { formatBytes, nouns, shell, statusLine, terms, inbox as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import {
  ActButton,
  AutoGrid,
  ButtonLink,
  CopyButton,
  Facts,
  Icon,
  Inspector,
  Nothing,
  Panel,
  Time,
  toneColor,
  useCloseInspector,
  WithInspector,
} from '../../parts/parts.ts';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { InboxRules } from './inbox-rules.tsx';

type InboxRequest = RouteResponse<'listInboxRequests'>['data'][number];

export function InboxPage(): ReactNode {
  const search = useSearch({ from: '/shell/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const mayManage = useMay('deliveries:manage');
  const maySee = useMay('payloads:view');
  const { filter, cursor, inbox, request } = search;
  const version = useApiQuery('version').data;
  const isOff = version?.['inbox'] === false;
  const query = useApiQuery(
    'listInboxRequests',
    { query: { text: filter, cursor, inbox } },
    {
      enabled: version?.['inbox'] === true,
      ...kept,
      refetchInterval: ({ state }) => (state.status === 'error' ? false : liveMs),
    },
  );
  const rows = query.data?.data ?? [];
  const asked = useQuery({
    ...apiQuery('listInboxRules'),
    // A rule counts down with the requests that it fails.
    queryKey: ['listInboxRules', rows[0]?.id],
    enabled: query.data !== undefined,
    ...kept,
  });
  const rules = asked.data?.data ?? [];
  const names = [
    ...new Set([...[...rows, ...rules].map((one) => one.inbox), ...(inbox === undefined ? [] : [inbox])]),
  ].sort();
  const close = useCloseInspector('request');
  const { list } = useListPage({
    name: words.list,
    noun: nouns.requests,
    search,
    query,
    columns: maySee ? columns : withoutSize,
    opens: 'request',
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
          <ActButton
            route="clearInbox"
            input={{}}
            done={words.cleared}
            onDone={() => void navigate({ search: {} })}
            leftSection={<Icon name="trash" />}
            confirm={{
              title: words.clearTitle,
              children: words.clearText(query.data?.page.next != null || query.data?.page.prev != null, rows.length),
            }}
          >
            {terms.clear}
          </ActButton>
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
        <Stack gap="lg">
          <AutoGrid min="26rem">
            <InboxAddress />
            <InboxRules rules={rules} error={asked.error} />
          </AutoGrid>
          <WithInspector
            list={<ListPage {...list} />}
            inspector={
              request === undefined || query.data === undefined ? null : (
                <RequestInspector request={rows.find(({ id }) => id === request) ?? null} onClose={close} />
              )
            }
          />
        </Stack>
      )}
    </Page>
  );
}

const columns: readonly Column<InboxRequest>[] = [
  column(
    'request',
    terms.request,
    { isFixed: true, isText: true, sort: ({ path }) => path },
    ({ id, method, path }) => (
      <RowLink to="/inbox" search={(before) => ({ ...before, request: id })} resetScroll={false}>
        <b>{method}</b> {path}
      </RowLink>
    ),
  ),
  valueColumn('inbox', shell.pages.inbox, ({ inbox }) => inbox, { isHiddenAtFirst: true }),
  column('answered', terms.response, { sort: ({ status }) => status }, ({ status }) => (
    <Text size="sm" fw={550} c={toneColor(status < 300 ? 'good' : 'bad')} title={statusLine(status)}>
      {status}
    </Text>
  )),
  column('size', terms.size, { align: 'end', sort: sizeOf }, (row) => formatBytes(sizeOf(row))),
  timeColumn('when', words.columns.when, ({ receivedAt }) => receivedAt, { show: 'stream', goesBelow: true }),
];

/** Without the right to payloads the server leaves out bodies. */
const withoutSize = columns.filter(({ id }) => id !== 'size');

function sizeOf({ body }: InboxRequest): number {
  return new TextEncoder().encode(body).length;
}

/** Where to send to: an address made of a name, to copy. */
function InboxAddress(): ReactNode {
  const [name, setName] = useState<string>(words.defaultName);
  const mayConnect = useMay('connections:manage');
  const url = `${location.origin}/inbox/${encodeURIComponent(name.trim() || words.defaultName)}`;
  return (
    <Panel title={words.address} text={words.addressText}>
      <Group align="end" gap="0.75rem 1rem">
        <TextInput label={terms.name} {...bind(name, setName)} maxLength={100} spellCheck={false} />
        <Group gap="xs" mih={36} style={{ overflowWrap: 'anywhere' }}>
          <Code>{url}</Code>
          <CopyButton text={url} label={terms.copyUrl} />
          {mayConnect ? (
            <ButtonLink to="/connections/new/webhook" size="xs" leftSection={<Icon name="connections" size={14} />}>
              {terms.newConnection}
            </ButtonLink>
          ) : null}
        </Group>
      </Group>
    </Panel>
  );
}

type Props = {
  /** null: it is not on this page of the list. */
  request: InboxRequest | null;
  onClose: () => void;
};

/** A received request beside the list: where it went, its query, headers and body. */
function RequestInspector({ request, onClose }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  return (
    <Inspector
      title={request === null ? words.list : words.inspector(request.method, request.path)}
      shown={request?.id}
      onClose={onClose}
    >
      {request === null ? (
        <Text c="dimmed">{words.gone}</Text>
      ) : (
        <>
          <Group gap="xs" justify="space-between">
            <Text c="dimmed" component="span">
              <Time at={request.receivedAt} show="log" />
            </Text>
            {maySee ? <CopyButton text={curlCommand(sent(request))} label={terms.copyCurl} /> : null}
          </Group>
          <Query query={request.query} />
          <ExchangeRequest request={{ ...sent(request), body: maySee ? request.body : null }} />
          {request.truncated ? <Text c="dimmed">{words.truncated}</Text> : null}
        </>
      )}
    </Inspector>
  );
}

/** Headers of one connection, which every client sets itself. */
const ofConnection = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding']);

/** The request as it would be sent again. */
function sent({ method, path, query, headers, body }: InboxRequest) {
  return {
    method,
    url: `${location.origin}${path}${query === '' ? '' : `?${query}`}`,
    headers: headers.filter(([name]) => !ofConnection.has(name.toLowerCase())),
    body: body === '' ? null : body,
  };
}

function Query({ query }: { query: string }): ReactNode {
  if (query === '') return null;
  const facts = [...new URLSearchParams(query)].map(([name, value]) => [name, value || words.noValue] as const);
  return (
    <div>
      <Title order={3}>{words.query}</Title>
      <Facts facts={facts} isCode />
    </div>
  );
}
