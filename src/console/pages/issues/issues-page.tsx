import { Button, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { issueKinds, issueSeverities } from '../../../contract/records/issue-words.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { formatNumber } from '../../messages/format.ts';
import { type Chip, FilterChips } from '../../parts/filter-chips.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { options } from '../../parts/options.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { type IssueFilters, queryOf, shownStates } from './issue-filters.ts';

const againMs = 5_000;

export function IssuesPage(): ReactNode {
  const search = useSearch({ from: '/shell/issues' });
  const navigate = useNavigate({ from: '/issues' });
  const mayLook = useMay('deliveries:view');
  const { cursor, ...filters } = search;
  const query = useQuery({
    ...apiQuery('listIssues', { query: { ...queryOf(filters), cursor } }),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
    enabled: mayLook,
  });
  const columns = useIssueColumns();
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const filterBy = (next: IssueFilters) => change({ ...next, cursor: undefined });
  const { filter: _, ...others } = filters;
  return (
    <Page title={words.title} lead={words.lead} right="deliveries:view">
      <ListPage
        name={words.title}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        filterHint={words.filterHint}
        onSearch={change}
        isFiltered={Object.values(others).some((value) => value !== undefined)}
        onClear={() => void navigate({ search: {} })}
        filters={<Filters filters={filters} onChange={filterBy} />}
        notice={<Chips filters={filters} onChange={filterBy} />}
        empty={{
          icon: 'check',
          title: words.emptyTitle,
          text: words.emptyText,
          action: (
            <Button variant="default" component={Link} to="/issues" search={{ state: 'resolved' } as never}>
              {words.showResolved}
            </Button>
          ),
        }}
        emptyByFilter={words.emptyByFilter}
      />
    </Page>
  );
}

type FiltersProps = { filters: IssueFilters; onChange: (change: IssueFilters) => void };

function Filters({ filters: { state, kind, severity }, onChange }: FiltersProps): ReactNode {
  return (
    <>
      <NativeSelect
        aria-label={words.state}
        value={state ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ state: shownStates.find((one) => one === value) })}
        data={[{ value: '', label: words.unresolved }, ...options(words.states)]}
      />
      <NativeSelect
        aria-label={words.kind}
        value={kind ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ kind: issueKinds.find((one) => one === value) })}
        data={[{ value: '', label: words.anyKind }, ...options(words.kinds)]}
      />
      <NativeSelect
        aria-label={words.severity}
        value={severity ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ severity: issueSeverities.find((one) => one === value) })
        }
        data={[{ value: '', label: words.anySeverity }, ...options(words.severities)]}
      />
    </>
  );
}

/** Filters that only links set. */
function Chips({ filters, onChange }: FiltersProps): ReactNode {
  const named = {
    connection: useNamed('listConnections'),
    destination: useNamed('listAllDestinations'),
    action: useNamed('listActions'),
  };
  const chips = (['connection', 'destination', 'action'] as const).flatMap((key): Chip[] => {
    const id = filters[key];
    if (id === undefined) return [];
    const name = named[key].get(id)?.name ?? id;
    return [{ text: words.chip[key](name), onRemove: () => onChange({ [key]: undefined }) }];
  });
  return <FilterChips chips={chips} />;
}

function useIssueColumns(): readonly Column<Issue>[] {
  const actions = useNamed('listActions');
  return useMemo(
    () => [
      {
        id: 'title',
        header: words.columns.title,
        isFixed: true,
        wraps: true,
        cell: ({ id, title, detail }) => (
          <RowLink to="/issues/$issueId" params={{ issueId: id }} note={detail}>
            {title}
          </RowLink>
        ),
      },
      {
        id: 'state',
        header: words.columns.state,
        cell: ({ state, severity }) => (
          <StatusBadge status={state} note={state === 'resolved' ? undefined : words.severities[severity]} />
        ),
      },
      { id: 'kind', header: words.columns.kind, isHiddenAtFirst: true, cell: ({ kind }) => words.kinds[kind] },
      {
        id: 'firstSeen',
        header: words.columns.firstSeen,
        isHiddenAtFirst: true,
        cell: ({ firstSeenAt }) => <Time at={firstSeenAt} />,
      },
      { id: 'lastSeen', header: words.columns.lastSeen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} /> },
      {
        id: 'count',
        header: words.columns.count,
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
        wraps: true,
        cell: ({ actionIds }) => words.actionsIn(actionIds.map((id) => actions.get(id)?.name ?? id)),
      },
      { id: 'held', header: words.columns.held, align: 'end', cell: ({ held }) => formatNumber(held) },
      { id: 'assignee', header: words.columns.assignee, cell: ({ acknowledgedBy }) => acknowledgedBy ?? words.nobody },
    ],
    [actions],
  );
}
