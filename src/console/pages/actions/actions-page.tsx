import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { apiQuery } from '../../data/api.ts';
import { type Stats, useStats } from '../../data/stats.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { parts } from '../../messages/en/parts.ts';
import { formatNumber, formatPercent } from '../../messages/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { type BehaviorName, conditionWords } from '../../parts/rules/condition-words.ts';
import { useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useDeleted } from '../../parts/undo.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import type { Action } from './action.ts';
import { ActionMenu } from './action-menu.tsx';
import { ScenarioGallery } from './scenario-gallery.tsx';
import { standingOf } from './standing.ts';
import { type Places, usePlaces } from './use-places.ts';

export function ActionsPage(): ReactNode {
  const search = useSearch({ from: '/shell/actions' });
  const navigate = useNavigate({ from: '/actions' });
  const mayManage = useMay('actions:manage');
  const { filter, cursor, status, connection, destination, behavior } = search;
  const { behaviors, nameOf } = useBehaviors();
  const places = usePlaces();
  const deleted = useDeleted();
  const query = useQuery({
    ...apiQuery('listActions', {
      query: {
        name: filter,
        cursor,
        status,
        connectionId: connection,
        destinationId: destination,
        behaviorId: behavior,
      },
    }),
    placeholderData: keepPreviousData,
    select: (page) => ({ ...page, data: page.data.filter(({ id }) => !deleted.has(id)) }),
  });
  const { data: stats } = useStats('action');
  const columns = useMemo(() => columnsOf({ nameOf, places, stats }), [nameOf, places, stats]);
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, cursor: undefined, ...next }), replace: true });

  const create = mayManage ? (
    <Button component={Link} to="/actions/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  const isFiltered = [status, connection, destination, behavior].some((one) => one !== undefined);
  const isEmpty = query.data?.data.length === 0 && filter === undefined && cursor === undefined && !isFiltered;
  const offered = places.destinations.filter(
    ({ connectionId }) => connection === undefined || connectionId === connection,
  );
  return (
    <Page title={words.title} lead={words.lead} right="actions:view" actions={create}>
      {isEmpty ? (
        <ScenarioGallery isEnabled={mayManage} />
      ) : (
        <ListPage
          name={words.title}
          query={query}
          columns={columns}
          rowKey={({ id }) => id}
          search={search}
          onSearch={change}
          isFiltered={isFiltered}
          onClear={() => void navigate({ search: {} })}
          filters={
            <>
              <Choice
                label={words.filters.status}
                any={words.filters.anyStatus}
                value={status}
                options={statuses.map((one) => ({ id: one, name: parts.status[one] }))}
                onChange={(value) => change({ status: statuses.find((one) => one === value) })}
              />
              <Choice
                label={words.filters.connection}
                any={words.filters.anyConnection}
                value={connection}
                options={places.connections}
                onChange={(value) => change({ connection: value, destination: undefined })}
              />
              <Choice
                label={words.filters.destination}
                any={words.filters.anyDestination}
                value={destination}
                options={offered.map(({ id }) => ({ id, name: places.nameOf(id) }))}
                onChange={(value) => change({ destination: value })}
              />
              <Choice
                label={words.filters.behavior}
                any={words.filters.anyBehavior}
                value={behavior}
                options={behaviors}
                onChange={(value) => change({ behavior: value })}
              />
            </>
          }
          empty={{ icon: 'actions', title: words.emptyTitle, text: words.emptyText }}
          emptyByFilter={words.emptyByFilter}
          rowMenu={(row: Action) => <ActionMenu action={row} />}
        />
      )}
    </Page>
  );
}

const statuses = ['enabled', 'disabled'] as const;

type ChoiceProps = {
  label: string;
  any: string;
  value: string | undefined;
  options: readonly { id: string; name: string }[];
  onChange: (value: string | undefined) => void;
};

function Choice({ label, any, value, options, onChange }: ChoiceProps): ReactNode {
  return (
    <NativeSelect
      aria-label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : currentTarget.value)}
      data={[{ value: '', label: any }, ...options.map(({ id, name }) => ({ value: id, label: name }))]}
      maw="9.5rem"
    />
  );
}

type Known = { nameOf: BehaviorName; places: Places; stats: Stats | undefined };

function columnsOf({ nameOf, places, stats }: Known): readonly Column<Action>[] {
  const figures = new Map(stats?.items.map((one) => [one.id, one]));
  return [
    {
      id: 'name',
      header: words.columns.name,
      isFixed: true,
      cell: ({ id, name, description }) => (
        <RowLink to="/actions/$actionId" params={{ actionId: id }} note={description}>
          {name}
        </RowLink>
      ),
    },
    {
      id: 'status',
      header: words.columns.status,
      cell: (row) => <StatusBadge status={standingOf(row, places)} />,
    },
    {
      id: 'rules',
      header: words.columns.rules,
      wraps: true,
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
      header: words.columns.destinations,
      wraps: true,
      cell: ({ destinations }) => <PlacesOf ids={destinations.map((one) => one.destinationId)} places={places} />,
    },
    ...(stats === undefined ? [] : figureColumns(figures)),
    {
      id: 'modified',
      header: words.columns.modified,
      cell: ({ updatedAt, updatedBy }) => (
        <>
          <Time at={updatedAt} />
          <Text c="dimmed" size="sm" truncate maw="8rem" title={updatedBy}>
            {words.changedBy(updatedBy)}
          </Text>
        </>
      ),
    },
  ];
}

/** The columns of what happened in the last 24 hours. */
function figureColumns(figures: ReadonlyMap<string, Stats['items'][number]>): readonly Column<Action>[] {
  return [
    {
      id: 'matched',
      header: words.columns.matched,
      align: 'end',
      cell: ({ id }) => {
        const { matched = 0, series = [] } = figures.get(id) ?? {};
        return matched === 0 ? (
          <Text c="dimmed">{words.noMatches}</Text>
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
      cell: ({ id }) => {
        const { delivered = 0, failed = 0 } = figures.get(id) ?? {};
        return delivered + failed === 0 ? <Text c="dimmed">–</Text> : formatPercent(delivered / (delivered + failed));
      },
    },
    {
      id: 'last',
      header: words.columns.last,
      cell: ({ id }) => {
        const at = figures.get(id)?.lastDeliveredAt ?? null;
        return at === null ? <Text c="dimmed">{words.noDelivery}</Text> : <Time at={at} />;
      },
    },
  ];
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
          {words.morePlaces(more.length)}
        </Text>
      )}
    </>
  );
}
