import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { replayStates } from '../../../contract/records/replay-limits.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { liveMs } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ReplayButton } from './replay-button.tsx';
import { whatOf } from './replay-words.ts';
import css from './replays.module.css';

export function ReplaysPage(): ReactNode {
  const mayLook = useMay('deliveries:view');
  const search = useSearch({ from: '/shell/replays' });
  const { filter, cursor, state } = search;
  const create = (
    <ReplayButton
      variant="filled"
      label={words.create}
      isOpen={search.from === 'failed'}
      onDone={() => change({ from: undefined })}
      leftSection={<Icon name="plus" />}
      from={() => ({ of: 'deliveries', filter: { status: 'failed' }, isSuggestion: true })}
    />
  );
  const { list, change, isEmpty } = useListPage({
    name: shell.pages.replays,
    noun: nouns.replays,
    search,
    query: useQuery({
      ...apiQuery('listReplays', { query: { cursor, state } }),
      placeholderData: keepPreviousData,
      refetchInterval: liveMs,
      enabled: mayLook,
      select: (page) => ({ ...page, data: page.data.filter((one) => isSought(one, filter)) }),
    }),
    columns,
    rowKey,
    filters: [{ key: 'state', label: terms.state, options: states }],
    empty: { icon: 'replays', text: words.emptyText, action: create, code: words.emptyCode },
  });
  return (
    <Page title={shell.pages.replays} lead={words.lead} right="deliveries:view" actions={isEmpty ? undefined : create}>
      <ListPage {...list} />
    </Page>
  );
}

const rowKey = ({ id }: Replay) => id;
const states = replayStates.map((value) => ({ value, label: parts.status[value] }));

/** Of the page that is shown, by name and reason. */
function isSought({ name, reason }: Replay, text: string | undefined): boolean {
  return text === undefined || `${name} ${reason}`.toLowerCase().includes(text.toLowerCase());
}

const columns: readonly Column<Replay>[] = [
  {
    id: 'name',
    header: terms.name,
    isFixed: true,
    isText: true,
    sort: ({ name }) => name,
    cell: ({ id, name }) => (
      <RowLink to="/replays/$replayId" params={{ replayId: id }}>
        {name}
      </RowLink>
    ),
  },
  {
    id: 'state',
    header: terms.state,
    sort: ({ state }) => state,
    cell: ({ state }) => <StatusBadge status={state} />,
  },
  { id: 'filter', header: words.columns.filter, isText: true, cell: (row) => <What replay={row} /> },
  {
    id: 'progress',
    header: terms.progress,
    cell: ({ progress: { done, failed, skipped, cancelled, total } }) => (
      <div className={css['cell']}>
        <progress
          className={css['progress']}
          value={done + failed + skipped + cancelled}
          max={Math.max(total, 1)}
          aria-label={terms.progress}
        />
        <span>{words.progressOf(done, failed, skipped, total)}</span>
      </div>
    ),
  },
  {
    id: 'rate',
    header: words.columns.rate,
    isHiddenAtFirst: true,
    cell: ({ ratePerSecond }) => (ratePerSecond === null ? words.unlimited : words.perSecond(ratePerSecond)),
  },
  { id: 'startedBy', header: words.columns.startedBy, isText: true, cell: ({ startedBy }) => startedBy },
  {
    id: 'reason',
    header: terms.reason,
    isText: true,
    cell: ({ reason }) => (reason === '' ? terms.none : reason),
  },
  {
    id: 'created',
    header: terms.created,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
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
