import { Anchor, Button, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { Icon } from '../../parts/icon.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { type BehaviorName, conditionWords } from '../../parts/rules/condition-words.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { Time } from '../../parts/time.tsx';
import { useDeleted } from '../../parts/undo.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { BehaviorMenu } from './behavior-menu.tsx';

export function BehaviorsPage(): ReactNode {
  const search = useSearch({ from: '/shell/behaviors' });
  const navigate = useNavigate({ from: '/behaviors' });
  const mayManage = useMay('behaviors:manage');
  const { nameOf } = useBehaviors();
  const deleted = useDeleted();
  const { filter, cursor } = search;
  const query = useQuery({
    ...apiQuery('listBehaviors', { query: { name: filter, cursor } }),
    placeholderData: keepPreviousData,
    select: (page) => ({ ...page, data: page.data.filter(({ id }) => !deleted.has(id)) }),
  });
  const columns = useMemo(() => columnsOf(nameOf), [nameOf]);
  const create = mayManage ? (
    <Button component={Link} to="/behaviors/new" leftSection={<Icon name="plus" />} data-key-new>
      {words.create}
    </Button>
  ) : undefined;
  return (
    <Page title={words.title} lead={words.lead} right="behaviors:view" actions={create}>
      <ListPage
        name={words.title}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        onSearch={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
        empty={{ icon: 'behaviors', title: words.emptyTitle, text: words.emptyText }}
        emptyByFilter={words.emptyByFilter}
        rowMenu={(row) => <BehaviorMenu behavior={row} />}
      />
    </Page>
  );
}

const namedAttributes = 3;

function columnsOf(nameOf: BehaviorName): readonly Column<Behavior>[] {
  const sentence = (text: string) => (
    <Text lineClamp={2} maw="17rem" miw="11rem" title={text} style={{ whiteSpace: 'normal' }}>
      {text}
    </Text>
  );
  return [
    {
      id: 'name',
      header: words.columns.name,
      isFixed: true,
      cell: ({ id, name, description }) => (
        <RowLink to="/behaviors/$behaviorId" params={{ behaviorId: id }} note={description}>
          {name}
        </RowLink>
      ),
    },
    {
      id: 'category',
      header: words.columns.category,
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
      cell: ({ condition }) => sentence(conditionWords(condition, nameOf)),
    },
    {
      id: 'opposite',
      header: words.columns.opposite,
      isHiddenAtFirst: true,
      cell: ({ condition }) => sentence(conditionWords(condition, nameOf, { opposite: true })),
    },
    { id: 'attributes', header: words.columns.attributes, cell: ({ attributes }) => attributeWords(attributes) },
    {
      id: 'usedBy',
      header: words.columns.usedBy,
      cell: ({ id, usedBy }) =>
        usedBy === 0 ? (
          <Text c="dimmed">{words.unused}</Text>
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
      header: words.columns.modified,
      cell: ({ updatedAt, updatedBy, standard }) =>
        standard ? (
          <Text c="dimmed">{words.shipped}</Text>
        ) : (
          <>
            <Time at={updatedAt} />
            <Text c="dimmed" size="sm" truncate maw="11rem" title={updatedBy}>
              {words.changedBy(updatedBy)}
            </Text>
          </>
        ),
    },
  ];
}

function attributeWords(attributes: readonly string[]): ReactNode {
  if (attributes.length === 0) return <Text c="dimmed">{words.noAttributes}</Text>;
  const named = attributes.slice(0, namedAttributes).join(', ');
  const more = attributes.length - namedAttributes;
  return (
    <Text size="sm" maw="14rem" lineClamp={2} title={attributes.join(', ')} style={{ whiteSpace: 'normal' }}>
      {more > 0 ? words.moreAttributes(named, more) : named}
    </Text>
  );
}
