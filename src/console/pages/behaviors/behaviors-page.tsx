import { Anchor, Text } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { kept, useApiQuery, watched } from '../../data/data.ts';
import { terms, behaviors as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { servedQuery } from '../../parts/document/served-list.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { column, modifiedColumn, nameColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { Icon } from '../../parts/parts.ts';
import { conditionWords, type RuleName } from '../../parts/rules/condition-words.ts';
import { useRuleNames } from '../../parts/rules/rule-names.ts';
import { type Behavior, behaviorKind, blockedBy } from './behavior.ts';

export function BehaviorsPage(): ReactNode {
  const nameOf = useRuleNames();
  const columns = useMemo(() => columnsOf(nameOf), [nameOf]);
  const search = useSearch({ from: '/shell/behaviors' });
  const served = useApiQuery('listBehaviors', { query: servedQuery(search) }, { ...kept, ...watched });
  return (
    <DocumentsPage
      kind={behaviorKind}
      words={words}
      noun="behaviors"
      icon="behaviors"
      columns={columns}
      served={served}
      blockedBy={blockedBy}
    />
  );
}

const namedAttributes = 3;

const modified = modifiedColumn<Behavior>();

function columnsOf(nameOf: RuleName): readonly Column<Behavior>[] {
  const sentence = (text: string) => (
    <Text span title={text}>
      {text}
    </Text>
  );
  return [
    nameColumn(behaviorKind, words.columns.name),
    valueColumn('category', terms.category, ({ category }) => category),
    column('expression', words.columns.expression, { isText: true }, ({ condition }) =>
      sentence(conditionWords(condition, nameOf)),
    ),
    column('opposite', words.columns.opposite, { isText: true, leavesFirst: true }, ({ condition }) =>
      sentence(conditionWords(condition, nameOf, { opposite: true })),
    ),
    column('attributes', words.columns.attributes, { isText: true }, ({ attributes }) => attributeWords(attributes)),
    column('usedBy', terms.usedBy, { sort: ({ usedBy }) => usedBy }, ({ id, usedBy }) =>
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
    ),
    {
      ...modified,
      leavesFirst: false,
      sort: ({ updatedAt, standard }) => (standard ? null : updatedAt),
      cell: (row) =>
        row.standard ? (
          <Text span c="dimmed">
            <Icon name="lock" size={12} /> {words.shipped}
          </Text>
        ) : (
          modified.cell(row)
        ),
    },
  ];
}

function attributeWords(attributes: readonly string[]): ReactNode {
  if (attributes.length === 0) return <Text c="dimmed">{terms.none}</Text>;
  const named = attributes.slice(0, namedAttributes).join(', ');
  const more = attributes.length - namedAttributes;
  return (
    <Text span size="sm" title={attributes.join(', ')}>
      {more > 0 ? terms.andMore(named, more) : named}
    </Text>
  );
}
