import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { allQuery } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { type BehaviorName, conditionWords } from '../../parts/rules/condition-words.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { BehaviorMenu } from './behavior-menu.tsx';

export function BehaviorsPage(): ReactNode {
  const mayManage = useMay('behaviors:manage');
  const { nameOf } = useBehaviors();
  const columns = useMemo(() => columnsOf(nameOf), [nameOf]);
  const { list, create } = useListPage({
    name: shell.pages.behaviors,
    noun: nouns.behaviors,
    search: useSearch({ from: '/shell/behaviors' }),
    query: useQuery(allQuery('listBehaviors')),
    columns,
    rowKey,
    texts,
    sortedBy: 'name',
    create: mayManage ? { label: words.create, to: '/behaviors/new' } : undefined,
    empty: { icon: 'behaviors', title: words.emptyTitle, text: words.emptyText },
    rowMenu: (row) => <BehaviorMenu behavior={row} />,
  });
  return (
    <Page title={shell.pages.behaviors} lead={words.lead} right="behaviors:view" actions={create}>
      <ListPage {...list} />
    </Page>
  );
}

const rowKey = ({ id }: Behavior) => id;
const texts = ({ name, description, category }: Behavior) => [name, description, category];

const namedAttributes = 3;

function columnsOf(nameOf: BehaviorName): readonly Column<Behavior>[] {
  const sentence = (text: string) => (
    <Text lineClamp={2} title={text}>
      {text}
    </Text>
  );
  return [
    {
      id: 'name',
      header: words.columns.name,
      isFixed: true,
      isText: true,
      sort: ({ name }) => name,
      cell: ({ id, name, description }) => (
        <RowLink to="/behaviors/$behaviorId" params={{ behaviorId: id }} note={description}>
          {name}
        </RowLink>
      ),
    },
    {
      id: 'category',
      header: terms.category,
      sort: ({ category }) => category,
      cell: ({ category, standard }) => (
        <>
          {category}
          {standard ? (
            <Text c="dimmed" size="sm">
              <Icon name="lock" size={12} /> {words.standard}
            </Text>
          ) : null}
        </>
      ),
    },
    {
      id: 'expression',
      header: words.columns.expression,
      isText: true,
      cell: ({ condition }) => sentence(conditionWords(condition, nameOf)),
    },
    {
      id: 'opposite',
      header: words.columns.opposite,
      isText: true,
      isHiddenAtFirst: true,
      cell: ({ condition }) => sentence(conditionWords(condition, nameOf, { opposite: true })),
    },
    {
      id: 'attributes',
      header: words.columns.attributes,
      isText: true,
      cell: ({ attributes }) => attributeWords(attributes),
    },
    {
      id: 'usedBy',
      header: terms.usedBy,
      sort: ({ usedBy }) => usedBy,
      cell: ({ id, usedBy }) =>
        usedBy === 0 ? (
          <Text c="dimmed">{terms.notUsed}</Text>
        ) : (
          <Anchor
            component={Link}
            to="/behaviors/$behaviorId"
            params={{ behaviorId: id } as never}
            search={{ tab: 'used' } as never}
          >
            {words.used(usedBy)}
          </Anchor>
        ),
    },
    {
      id: 'modified',
      header: terms.modified,
      sort: ({ updatedAt, standard }) => (standard ? null : updatedAt),
      cell: ({ updatedAt, updatedBy, standard }) =>
        standard ? (
          <Text c="dimmed">{words.shipped}</Text>
        ) : (
          <>
            <Time at={updatedAt} />
            <Text c="dimmed" size="sm" truncate maw="11rem" title={updatedBy}>
              {terms.by(updatedBy)}
            </Text>
          </>
        ),
    },
  ];
}

function attributeWords(attributes: readonly string[]): ReactNode {
  if (attributes.length === 0) return <Text c="dimmed">{terms.none}</Text>;
  const named = attributes.slice(0, namedAttributes).join(', ');
  const more = attributes.length - namedAttributes;
  return (
    <Text size="sm" lineClamp={2} title={attributes.join(', ')}>
      {more > 0 ? words.moreAttributes(named, more) : named}
    </Text>
  );
}
