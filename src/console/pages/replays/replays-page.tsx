import { NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { replayStates } from '../../../contract/records/replay-limits.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ReplayButton } from './replay-button.tsx';
import { whatOf } from './replay-words.ts';
import css from './replays.module.css';

const againMs = 2_000;

export function ReplaysPage(): ReactNode {
  const search = useSearch({ from: '/shell/replays' });
  const navigate = useNavigate({ from: '/replays' });
  const mayLook = useMay('deliveries:view');
  const { filter, cursor, state } = search;
  const query = useQuery({
    ...apiQuery('listReplays', { query: { cursor, state } }),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
    enabled: mayLook,
    select: (page) => ({ ...page, data: page.data.filter((one) => isSought(one, filter)) }),
  });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const create = (
    <ReplayButton
      variant="filled"
      label={words.create}
      leftSection={<Icon name="plus" />}
      from={() => ({ of: 'deliveries', filter: { status: 'failed' } })}
    />
  );
  // An empty list has the button in its middle.
  const isEmpty = query.data?.data.length === 0 && filter === undefined && state === undefined && cursor === undefined;
  return (
    <Page title={words.title} lead={words.lead} right="deliveries:view" actions={isEmpty ? undefined : create}>
      <ListPage
        name={words.title}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={change}
        isFiltered={state !== undefined}
        onClear={() => void navigate({ search: {} })}
        filters={
          <NativeSelect
            aria-label={words.state}
            value={state ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ state: replayStates.find((one) => one === value), cursor: undefined })
            }
            data={[
              { value: '', label: words.anyState },
              ...replayStates.map((value) => ({ value, label: parts.status[value] })),
            ]}
          />
        }
        empty={{
          icon: 'retry',
          title: words.emptyTitle,
          text: words.emptyText,
          action: create,
          code: words.emptyCode,
        }}
        emptyByFilter={words.emptyByFilter}
      />
    </Page>
  );
}

/** Of the page that is shown, by name and reason. */
function isSought({ name, reason }: Replay, text: string | undefined): boolean {
  return text === undefined || `${name} ${reason}`.toLowerCase().includes(text.toLowerCase());
}

const columns: readonly Column<Replay>[] = [
  {
    id: 'name',
    header: words.columns.name,
    isFixed: true,
    cell: ({ id, name }) => (
      <RowLink to="/replays/$replayId" params={{ replayId: id }}>
        {name}
      </RowLink>
    ),
  },
  { id: 'filter', header: words.columns.filter, wraps: true, cell: (row) => <What replay={row} /> },
  { id: 'state', header: words.columns.state, cell: ({ state }) => <StatusBadge status={state} /> },
  {
    id: 'progress',
    header: words.columns.progress,
    cell: ({ progress: { done, failed, skipped, cancelled, total } }) => (
      <div className={css['cell']}>
        <progress
          className={css['progress']}
          value={done + failed + skipped + cancelled}
          max={Math.max(total, 1)}
          aria-label={words.columns.progress}
        />
        <span>{words.progressOf(done, failed, skipped, total)}</span>
      </div>
    ),
  },
  {
    id: 'rate',
    header: words.columns.rate,
    cell: ({ ratePerSecond }) => (ratePerSecond === null ? words.unlimited : words.perSecond(ratePerSecond)),
  },
  { id: 'startedBy', header: words.columns.startedBy, cell: ({ startedBy }) => startedBy },
  {
    id: 'reason',
    header: words.columns.reason,
    wraps: true,
    cell: ({ reason }) => (reason === '' ? words.noReason : reason),
  },
  { id: 'created', header: words.columns.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** What a replay takes up, with names in place of ids. */
export function What({ replay }: { replay: Replay }): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const collectors = useNamed('listCollectors');
  const all = [actions, connections, destinations, collectors];
  return whatOf(replay, (id) => all.map((one) => one.get(id)?.name).find((name) => name !== undefined) ?? id);
}
