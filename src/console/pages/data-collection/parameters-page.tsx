import { Checkbox, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { allOf } from '../../data/all.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { formatPercent } from '../../messages/format.ts';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { options } from '../../parts/options.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { ParameterDrawer } from './parameter-drawer.tsx';
import { parameterUses, type User } from './parameter-uses.ts';
import css from './parameters-page.module.css';

const words = dataCollection.parameters;

export type Parameter = Answer<'changeParameter'>;

export function ParametersPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection/parameters' });
  const navigate = useNavigate({ from: '/data-collection/parameters' });
  const mayManage = useMay('parameters:manage');
  const uses = useUses();
  const { filter, cursor, offered, seen, parameter } = search;
  const query = useQuery({
    ...apiQuery('listParameters', { query: { name: filter, cursor, offered, seen, sort: 'share' } }),
    placeholderData: keepPreviousData,
  });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  return (
    <Page
      title={dataCollection.parts.parameters}
      right="parameters:view"
      lead={words.lead}
      crumbs={[{ label: dataCollection.title, to: '/data-collection' }]}
    >
      <CollectionNav />
      <ListPage
        name={dataCollection.parts.parameters}
        query={query}
        columns={columns(uses, mayManage)}
        rowKey={({ name }) => name}
        search={search}
        onSearch={change}
        isFiltered={offered !== undefined || seen !== undefined}
        onClear={() => void navigate({ search: {} })}
        filters={
          <>
            <NativeSelect
              aria-label={words.seenFilter}
              value={seen ?? ''}
              onChange={({ currentTarget: { value } }) => change({ seen: flagOf(value), cursor: undefined })}
              data={[{ value: '', label: words.anySeen }, ...options(words.seenKinds)]}
            />
            <NativeSelect
              aria-label={words.offeredFilter}
              value={offered ?? ''}
              onChange={({ currentTarget: { value } }) => change({ offered: flagOf(value), cursor: undefined })}
              data={[{ value: '', label: words.anyOffered }, ...options(words.offeredKinds)]}
            />
          </>
        }
        empty={{ icon: 'collection', title: words.emptyTitle, text: words.emptyText }}
        emptyByFilter={words.emptyByFilter}
      />
      {parameter === undefined ? null : (
        <ParameterDrawer
          key={parameter}
          name={parameter}
          users={uses?.get(parameter) ?? []}
          onClose={() => change({ parameter: undefined })}
        />
      )}
    </Page>
  );
}

const flagOf = (value: string) => (['true', 'false'] as const).find((one) => one === value);

/** Which actions and behaviors name which parameters; undefined until both are known. */
function useUses(): Map<string, User[]> | undefined {
  const mayActions = useMay('actions:view');
  const mayBehaviors = useMay('behaviors:view');
  const actions = useQuery({ ...allOf('listActions'), enabled: mayActions });
  const behaviors = useQuery({ ...allOf('listBehaviors'), enabled: mayBehaviors });
  if (actions.data === undefined || behaviors.data === undefined) return undefined;
  return parameterUses(actions.data, behaviors.data);
}

function columns(uses: Map<string, User[]> | undefined, mayManage: boolean): readonly Column<Parameter>[] {
  return [
    {
      id: 'name',
      header: words.columns.name,
      isFixed: true,
      cell: ({ name, description }) => (
        <RowLink
          to="/data-collection/parameters"
          search={(before) => ({ ...before, parameter: name })}
          note={description}
        >
          {name}
        </RowLink>
      ),
    },
    { id: 'type', header: words.columns.type, cell: ({ type }) => words.types[type] },
    {
      id: 'share',
      header: words.columns.share,
      align: 'end',
      cell: ({ share, lastSeenAt }) => (lastSeenAt === null ? '–' : formatPercent(share)),
    },
    {
      id: 'first',
      header: words.columns.first,
      isHiddenAtFirst: true,
      cell: ({ firstSeenAt }) => (firstSeenAt === null ? words.never : <Time at={firstSeenAt} />),
    },
    {
      id: 'last',
      header: words.columns.last,
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? words.never : <Time at={lastSeenAt} />),
    },
    {
      id: 'examples',
      header: words.columns.examples,
      cell: ({ examples }) => (
        <Text className={css['examples'] ?? ''} size="sm" title={examples.join('\n')}>
          {examples.join(' · ')}
        </Text>
      ),
    },
    {
      id: 'offered',
      header: words.columns.offered,
      cell: (row) => <Offer parameter={row} isDisabled={!mayManage} />,
    },
    {
      id: 'usedBy',
      header: words.columns.usedBy,
      cell: ({ name }) => {
        const users = uses?.get(name) ?? [];
        return uses === undefined ? null : users.length === 0 ? (
          <Text c="dimmed" size="sm">
            {words.noUsers}
          </Text>
        ) : (
          <Text size="sm" truncate maw="14rem" title={users.map((user) => user.name).join('\n')}>
            {users.length === 1 ? users[0]?.name : words.users(users.length)}
          </Text>
        );
      },
    },
  ];
}

function Offer({ parameter, isDisabled }: { parameter: Parameter; isDisabled: boolean }): ReactNode {
  const change = useApi('changeParameter');
  const { name, offered } = parameter;
  // What was chosen shows at once, until the list knows it.
  const [chosen, choose] = useState<boolean | null>(null);
  if (chosen === offered) choose(null);
  return (
    <Checkbox
      aria-label={words.offer(name)}
      checked={chosen ?? offered}
      disabled={isDisabled || change.isPending}
      onChange={({ currentTarget: { checked } }) => {
        choose(checked);
        change.mutate(
          { params: { name }, body: { offered: checked } },
          {
            onSuccess: () => notifyDone(checked ? words.offered(name) : words.withdrawn(name)),
            onError(error) {
              choose(null);
              notifyFailed(error);
            },
          },
        );
      }}
    />
  );
}
