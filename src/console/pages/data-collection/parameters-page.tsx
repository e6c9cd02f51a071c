import { Checkbox, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatPercent } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { CollectionNav } from './collection-nav.tsx';
import { ParameterDrawer } from './parameter-drawer.tsx';
import { parameterUses, type User } from './parameter-uses.ts';
import { useRules } from './used-by.tsx';

const words = dataCollection.parameters;

export type Parameter = Answer<'changeParameter'>;

export function ParametersPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection/parameters' });
  const mayManage = useMay('parameters:manage');
  const rules = useRules();
  const uses = useMemo(() => rules && parameterUses(rules.actions, rules.behaviors), [rules]);
  const { filter, cursor, offered, seen, parameter } = search;
  const columns = useMemo(() => columnsOf(uses, mayManage), [uses, mayManage]);
  const { list, change } = useListPage({
    name: dataCollection.parts.parameters,
    noun: nouns.parameters,
    search,
    query: useQuery({
      ...apiQuery('listParameters', { query: { name: filter, cursor, offered, seen, sort: 'share' } }),
      placeholderData: keepPreviousData,
    }),
    columns,
    rowKey,
    filters: [
      { key: 'seen', label: words.seenFilter, options: options(words.seenKinds) },
      { key: 'offered', label: dataCollection.parameters.columns.offered, options: options(words.offeredKinds) },
    ],
    empty: { icon: 'collection', text: words.emptyText },
  });
  return (
    <Page
      title={dataCollection.parts.parameters}
      right="parameters:view"
      lead={words.lead}
      crumbs={[{ label: shell.pages.dataCollection, to: '/data-collection' }]}
    >
      <CollectionNav />
      <ListPage {...list} />
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

const rowKey = ({ name }: Parameter) => name;

function columnsOf(uses: Map<string, User[]> | undefined, mayManage: boolean): readonly Column<Parameter>[] {
  return [
    {
      id: 'name',
      header: terms.name,
      isFixed: true,
      isText: true,
      sort: ({ name }) => name,
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
    {
      id: 'type',
      header: terms.type,
      sort: ({ type }) => words.types[type],
      cell: ({ type }) => words.types[type],
    },
    {
      id: 'share',
      header: words.columns.share,
      sort: ({ share }) => share,
      align: 'end',
      cell: ({ share, lastSeenAt }) => (lastSeenAt === null ? '–' : formatPercent(share)),
    },
    {
      id: 'first',
      header: terms.firstSeen,
      sort: ({ firstSeenAt }) => firstSeenAt,
      isHiddenAtFirst: true,
      cell: ({ firstSeenAt }) => (firstSeenAt === null ? terms.never : <Time at={firstSeenAt} />),
    },
    {
      id: 'last',
      header: terms.lastSeen,
      sort: ({ lastSeenAt }) => lastSeenAt,
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? terms.never : <Time at={lastSeenAt} />),
    },
    {
      id: 'examples',
      header: words.columns.examples,
      isText: true,
      cell: ({ examples }) => (
        <Text truncate size="sm" title={examples.join('\n')}>
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
      header: terms.usedBy,
      isText: true,
      cell: ({ name }) => {
        const users = uses?.get(name) ?? [];
        return uses === undefined ? null : users.length === 0 ? (
          <Text c="dimmed" size="sm">
            {terms.notUsed}
          </Text>
        ) : (
          <Text size="sm" truncate title={users.map((user) => user.name).join('\n')}>
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
  // The new value is shown until the list has it.
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
