import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { allQuery } from '../../data/api.ts';
import { type Stats, useStats } from '../../data/stats.ts';
import { nouns } from '../../messages/counts.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatNumber, formatPercent } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { modifiedColumn, nameColumn, timeColumn } from '../../parts/list/standard-columns.tsx';
import { statusFilter, useListPage } from '../../parts/list/use-list-page.tsx';
import { type BehaviorName, conditionWords } from '../../parts/rules/condition-words.ts';
import { behaviorsIn, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { type Action, actionKind, standingOf } from './action.ts';
import { ActionMenu } from './action-menu.tsx';
import { ScenarioGallery } from './scenario-gallery.tsx';
import { connectionOf, type Places, usePlaces } from './use-places.ts';

export function ActionsPage(): ReactNode {
  const mayManage = useMay('actions:manage');
  const { behaviors, nameOf } = useBehaviors();
  const places = usePlaces();
  const { data: stats } = useStats('action');
  const columns = useMemo(() => columnsOf({ nameOf, places, stats }), [nameOf, places, stats]);
  const search = useSearch({ from: '/shell/actions' });
  const { connection } = search;
  const { list, isEmpty, button } = useListPage({
    name: words.title,
    noun: nouns.actions,
    search,
    query: useQuery(allQuery('listActions')),
    columns,
    rowKey,
    texts,
    filters: [
      statusFilter,
      {
        key: 'connection',
        label: terms.connection,
        options: named(places.connections),
        of: (row) => row.destinations.map((one) => connectionOf(places, one.destinationId)),
      },
      {
        key: 'destination',
        label: terms.destination,
        clearedBy: 'connection',
        options: places.destinations
          .filter(({ connectionId }) => connection === undefined || connectionId === connection)
          .map(({ id }) => ({ value: id, label: places.nameOf(id) })),
        of: (row) => row.destinations.map((one) => one.destinationId),
      },
      {
        key: 'behavior',
        label: terms.behavior,
        options: named(behaviors),
        of: ({ rules }) => behaviorsIn(rules),
        nameOf: (id) => nameOf(id) ?? id,
      },
    ],
    sortedBy: 'name',
    create: mayManage ? { label: terms.newAction, to: '/actions/new' } : undefined,
    empty: { icon: 'actions', title: words.emptyTitle, text: words.emptyText },
    rowMenu: (row) => <ActionMenu action={row} />,
  });
  return (
    <Page title={words.title} lead={words.lead} right="actions:view" actions={button}>
      {isEmpty ? <ScenarioGallery isEnabled={mayManage} /> : <ListPage {...list} />}
    </Page>
  );
}

const rowKey = ({ id }: Action) => id;
const texts = ({ name, description }: Action) => [name, description];
const named = (all: readonly { id: string; name: string }[]) => all.map(({ id, name }) => ({ value: id, label: name }));

type Known = { nameOf: BehaviorName; places: Places; stats: Stats | undefined };

function columnsOf({ nameOf, places, stats }: Known): readonly Column<Action>[] {
  const figures = new Map(stats?.items.map((one) => [one.id, one]));
  return [
    nameColumn(actionKind),
    {
      id: 'status',
      header: terms.status,
      sort: (row) => standingOf(row, places),
      cell: (row) => <StatusBadge status={standingOf(row, places)} />,
    },
    {
      id: 'rules',
      header: terms.rules,
      isText: true,
      cell: ({ rules }) => {
        const text = conditionWords(rules, nameOf);
        return (
          <Text lineClamp={2} title={text}>
            {text}
          </Text>
        );
      },
    },
    {
      id: 'destinations',
      header: terms.place,
      isText: true,
      cell: ({ destinations }) => <PlacesOf ids={destinations.map((one) => one.destinationId)} places={places} />,
    },
    ...(stats === undefined ? [] : figureColumns(figures)),
    modifiedColumn<Action>({ isHiddenAtFirst: false }),
  ];
}

/** The columns of what happened in the last 24 hours. */
function figureColumns(figures: ReadonlyMap<string, Stats['items'][number]>): readonly Column<Action>[] {
  return [
    {
      id: 'matched',
      header: words.columns.matched,
      sort: ({ id }) => figures.get(id)?.matched ?? 0,
      align: 'end',
      cell: ({ id }) => {
        const { matched = 0, series = [] } = figures.get(id) ?? {};
        return matched === 0 ? (
          <Text c="dimmed">{terms.none}</Text>
        ) : (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Sparkline values={series} sentence={words.matchedSentence(matched)} />
            {formatNumber(matched)}
          </Group>
        );
      },
    },
    {
      id: 'success',
      header: words.columns.success,
      align: 'end',
      sort: ({ id }) => successOf(figures.get(id)),
      cell: ({ id }) => {
        const success = successOf(figures.get(id));
        return success === null ? <Text c="dimmed">–</Text> : formatPercent(success);
      },
    },
    timeColumn('last', words.columns.last, ({ id }) => figures.get(id)?.lastDeliveredAt ?? null, {
      none: <Text c="dimmed">{words.noDelivery}</Text>,
    }),
  ];
}

function successOf(figures: Stats['items'][number] | undefined): number | null {
  const { delivered = 0, failed = 0 } = figures ?? {};
  return delivered + failed === 0 ? null : delivered / (delivered + failed);
}

function PlacesOf({ ids, places }: { ids: readonly string[]; places: Places }): ReactNode {
  const [first, ...more] = ids;
  if (first === undefined) return <Text c="dimmed">{words.noPlace}</Text>;
  return (
    <>
      <Text lineClamp={2} title={ids.map(places.nameOf).join(', ')}>
        {places.nameOf(first)}
      </Text>
      {more.length === 0 ? null : (
        <Text c="dimmed" size="sm">
          {terms.more(more.length)}
        </Text>
      )}
    </>
  );
}
