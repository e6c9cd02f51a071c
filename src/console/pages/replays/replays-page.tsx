import { Box } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { replayStates } from '../../../contract/records/replay-limits.ts';
import { kept, live, useApiQuery, useNames } from '../../data/data.ts';
import { formatAbsolute, nouns, outcomes, parts, shell, terms, replays as words } from '../../messages/en.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { Icon, Progress } from '../../parts/parts.ts';
import { sentOf } from '../../parts/replay/plan-step.tsx';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { Page } from '../../shell/page.tsx';
import { ReplayStatus } from './replay-status.tsx';

export function ReplaysPage(): ReactNode {
  const search = useSearch({ from: '/shell/replays' });
  const { filter, cursor, state, destination } = search;
  const create = (
    <ReplayButton
      // Another address opens another dialog.
      key={`${search.from} ${destination}`}
      variant="filled"
      label={words.create}
      isOpen={search.from === 'failed'}
      onDone={() => change({ from: undefined, destination: undefined })}
      leftSection={<Icon name="plus" />}
      from={() => ({
        of: 'deliveries',
        filter: { status: 'failed', destinationId: destination },
        ...(destination === undefined ? { isSuggestion: true } : {}),
      })}
    />
  );
  const { list, change, hasHeadButton } = useListPage({
    name: shell.pages.replays,
    noun: nouns.replays,
    search,
    query: useApiQuery(
      'listReplays',
      { query: { cursor, state } },
      {
        ...kept,
        ...live,
        select: (page) => ({ ...page, data: page.data.filter((one) => isSought(one, filter)) }),
      },
    ),
    columns,
    opens: 'from',
    filters: [{ key: 'state', label: terms.state, options: states }],
    empty: { icon: 'replays', text: words.emptyText, action: create, code: words.emptyCode },
  });
  return (
    <Page
      title={shell.pages.replays}
      lead={words.lead}
      right="deliveries:view"
      actions={hasHeadButton ? create : undefined}
    >
      <ListPage {...list} />
    </Page>
  );
}

const states = replayStates.map((value) => ({ value, label: parts.status[value] }));

/** Of the page that is shown, by name and reason. */
function isSought({ name, reason }: Replay, text: string | undefined): boolean {
  return text === undefined || `${name} ${reason}`.toLowerCase().includes(text.toLowerCase());
}

const columns: readonly Column<Replay>[] = [
  column('name', terms.name, { isFixed: true, isText: true, sort: ({ name }) => name }, ({ id, name }) => (
    <RowLink to="/replays/$replayId" params={{ replayId: id }}>
      {name}
    </RowLink>
  )),
  column('state', terms.state, { sort: ({ state }) => state }, (row) => <ReplayStatus replay={row} />),
  column('filter', words.columns.filter, { isText: true }, (row) => <What replay={row} />),
  column('progress', terms.progress, ({ progress }) => {
    const { done, failed, cancelled } = progress;
    const { toSend, skipped } = sentOf(progress);
    return (
      <Box miw="9rem">
        <Progress value={done + failed + skipped + cancelled} of={toSend} label={terms.progress} />
        <div>{words.progressOf(done, failed, skipped, toSend)}</div>
      </Box>
    );
  }),
  column('rate', words.columns.rate, { leavesFirst: true }, ({ ratePerSecond }) =>
    ratePerSecond === null ? words.unlimited : words.perSecond(ratePerSecond),
  ),
  valueColumn('startedBy', words.columns.startedBy, ({ startedBy }) => startedBy, { isText: true }),
  valueColumn('reason', terms.reason, ({ reason }) => reason || terms.none, { isText: true }),
  timeColumn('created', terms.created, ({ createdAt }) => createdAt),
];

/** What a replay takes up, with names in place of ids. */
export function What({ replay }: { replay: Replay }): ReactNode {
  const names = useNames();
  return whatOf(replay, (id) => {
    if (id.startsWith('col_')) return names.of(id)?.name ?? id;
    if (id.startsWith('act_')) return names.action(id);
    return id.startsWith('con_') ? names.connection(id) : id.startsWith('dst_') ? names.destination(id) : id;
  });
}

const w = words.what;

/** What a replay takes up, in a few words; `nameOf` names an id, or gives it back. */
function whatOf({ of, ids, filter }: Pick<Replay, 'of' | 'ids' | 'filter'>, nameOf: (id: string) => string): string {
  if (ids !== null) return of === 'events' ? w.chosenEvents(ids.length) : w.chosenDeliveries(ids.length);
  const said = Object.entries(filter ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? partOf(name, value, nameOf) : [],
  );
  return said.length === 0 ? w.all[of] : w.parts(w.some[of], said);
}

function partOf(name: string, value: string, nameOf: (id: string) => string): string {
  if (name === 'status' && value in parts.status) return parts.status[value as keyof typeof parts.status]; // just looked up
  if (name === 'errorKind' && value in outcomes.errorKind)
    return outcomes.errorKind[value as keyof typeof outcomes.errorKind].short; // likewise
  if (name === 'reason' && value in outcomes.reason)
    return outcomes.reason[value as keyof typeof outcomes.reason].short; // likewise
  if (name === 'replayId') return w.replay;
  if (name.endsWith('After')) return w.from(formatAbsolute(new Date(value)).local);
  if (name.endsWith('Before')) return w.until(formatAbsolute(new Date(value)).local);
  return nameOf(value);
}
