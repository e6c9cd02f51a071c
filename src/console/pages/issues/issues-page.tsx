import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { liveMs } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { connections } from '../../messages/en/connections.ts';
import { issueText } from '../../messages/en/issue-texts.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatNumber } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { options } from '../../parts/form/options.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { Held } from './held.tsx';
import { queryOf } from './issue-filters.ts';

export function IssuesPage(): ReactNode {
  const mayLook = useMay('deliveries:view');
  const search = useSearch({ from: '/shell/issues' });
  const { cursor, sort: _, ...filters } = search;
  const nameOf = {
    connection: useNamed('listConnections'),
    destination: useNamed('listAllDestinations'),
    action: useNamed('listActions'),
  };
  const linked = (key: 'connection' | 'destination' | 'action', label: string) => ({
    key,
    label,
    nameOf: (id: string) => nameOf[key].get(id)?.name ?? id,
  });
  const { list } = useListPage({
    name: shell.pages.issues,
    noun: nouns.issues,
    search,
    query: useQuery({
      ...apiQuery('listIssues', { query: { ...queryOf(filters), cursor } }),
      placeholderData: keepPreviousData,
      refetchInterval: liveMs,
      enabled: mayLook,
    }),
    columns: useIssueColumns(),
    rowKey,
    filterBy: words.filterBy,
    filters: [
      { key: 'state', label: terms.state, options: options(words.states) },
      { key: 'kind', label: terms.kind, options: options(words.kinds) },
      { key: 'severity', label: terms.severity, options: options(words.severities) },
      linked('connection', terms.connection),
      linked('destination', connections.destinations.columns.name),
      linked('action', terms.action),
    ],
    empty: {
      icon: 'check',
      title: words.emptyTitle,
      text: words.emptyText,
      action: (
        <Button variant="default" component={Link} to="/issues" search={{ state: 'resolved' } as never}>
          {words.showResolved}
        </Button>
      ),
    },
  });
  return (
    <Page title={shell.pages.issues} lead={words.lead} right="deliveries:view">
      <ListPage {...list} />
    </Page>
  );
}

const rowKey = ({ id }: Issue) => id;

function useIssueColumns(): readonly Column<Issue>[] {
  const actions = useNamed('listActions');
  return useMemo(
    () => [
      {
        id: 'title',
        header: words.columns.title,
        isFixed: true,
        isText: true,
        sort: (issue) => issueText(issue).title,
        cell(issue) {
          const { title, detail } = issueText(issue);
          return (
            <RowLink to="/issues/$issueId" params={{ issueId: issue.id }} note={detail}>
              {title}
            </RowLink>
          );
        },
      },
      {
        id: 'state',
        header: terms.state,
        sort: ({ state }) => state,
        cell: ({ state, severity }) => (
          <StatusBadge status={state} note={state === 'resolved' ? undefined : words.severities[severity]} />
        ),
      },
      { id: 'kind', header: terms.kind, isHiddenAtFirst: true, cell: ({ kind }) => words.kinds[kind] },
      {
        id: 'firstSeen',
        header: terms.firstSeen,
        sort: ({ firstSeenAt }) => firstSeenAt,
        isHiddenAtFirst: true,
        cell: ({ firstSeenAt }) => <Time at={firstSeenAt} />,
      },
      {
        id: 'lastSeen',
        header: terms.lastSeen,
        sort: ({ lastSeenAt }) => lastSeenAt,
        cell: ({ lastSeenAt }) => <Time at={lastSeenAt} />,
      },
      {
        id: 'count',
        header: words.columns.count,
        align: 'end',
        sort: ({ count }) => count,
        cell: ({ count, series }) => (
          <>
            {formatNumber(count)}{' '}
            <Sparkline values={series} tone="bad" sentence={words.seriesSentence(series.reduce((a, b) => a + b, 0))} />
          </>
        ),
      },
      {
        id: 'actions',
        header: words.columns.actions,
        isText: true,
        cell: ({ actionIds }) => words.actionsIn(actionIds.map((id) => actions.get(id)?.name ?? id)),
      },
      {
        id: 'held',
        header: parts.status.held,
        align: 'end',
        sort: ({ held }) => held,
        cell: (issue) => <Held issue={issue} />,
      },
    ],
    [actions],
  );
}
