import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { kept, live, useApiQuery, useNames } from '../../data/data.ts';
import { connections, issueText, nouns, parts, shell, terms, issues as words } from '../../messages/en.ts';
import { options } from '../../parts/form/bind.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { ButtonLink, StatusBadge } from '../../parts/parts.ts';
import { Page } from '../../shell/page.tsx';
import { Count, Held } from './issue-figures.tsx';

export function IssuesPage(): ReactNode {
  const search = useSearch({ from: '/shell/issues' });
  const names = useNames();
  const { filter, cursor, state, kind, severity, connection, destination, action } = search;
  const { list } = useListPage({
    name: shell.pages.issues,
    noun: nouns.issues,
    search,
    query: useApiQuery(
      'listIssues',
      {
        query: {
          title: filter,
          // Without a choice: what is not resolved.
          state: state === 'all' ? undefined : (state ?? 'open,acknowledged,muted'),
          kind,
          severity,
          connectionId: connection,
          destinationId: destination,
          actionId: action,
          cursor,
        },
      },
      { ...kept, ...live },
    ),
    columns: useMemo(() => columnsOf(names.action), [names]),
    filterBy: words.filterBy,
    filters: [
      { key: 'state', label: terms.state, options: options(words.states) },
      { key: 'kind', label: terms.kind, options: options(words.kinds) },
      { key: 'severity', label: terms.severity, options: options(words.severities) },
      { key: 'connection', label: terms.connection, nameOf: names.connection },
      { key: 'destination', label: connections.destinations.columns.name, nameOf: names.destination },
      { key: 'action', label: terms.action, nameOf: names.action },
    ],
    empty: {
      icon: 'check',
      title: words.emptyTitle,
      text: words.emptyText,
      action: (
        <ButtonLink to="/issues" search={{ state: 'resolved' }}>
          {words.showResolved}
        </ButtonLink>
      ),
    },
  });
  return (
    <Page title={shell.pages.issues} lead={words.lead} right="deliveries:view">
      <ListPage {...list} />
    </Page>
  );
}

const columnsOf = (nameOf: (id: string) => string): readonly Column<Issue>[] => [
  column(
    'title',
    words.columns.title,
    { isFixed: true, isText: true, sort: (issue) => issueText(issue).title },
    (issue) => {
      const { title, detail } = issueText(issue);
      return (
        <RowLink to="/issues/$issueId" params={{ issueId: issue.id }} note={detail}>
          {title}
        </RowLink>
      );
    },
  ),
  column('state', terms.state, { sort: ({ state }) => state }, ({ state, severity }) => (
    <StatusBadge status={state} note={state === 'resolved' ? undefined : words.severities[severity]} />
  )),
  valueColumn('kind', terms.kind, ({ kind }) => words.kinds[kind], { isHiddenAtFirst: true }),
  timeColumn('firstSeen', terms.firstSeen, ({ firstSeenAt }) => firstSeenAt, { leavesFirst: true }),
  timeColumn('lastSeen', terms.lastSeen, ({ lastSeenAt }) => lastSeenAt),
  column('count', words.columns.count, { align: 'end', sort: ({ count }) => count }, (issue) => (
    <Count issue={issue} />
  )),
  valueColumn(
    'actions',
    words.columns.actions,
    ({ actionIds }) => words.actionsIn([...new Set(actionIds.map(nameOf))]),
    {
      isText: true,
    },
  ),
  column('held', parts.status.held, { align: 'end', sort: ({ held }) => held }, (issue) => <Held issue={issue} />),
];
