import { Box, Group, Menu, Text } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { kept, type Names, type Stats, useApiQuery, useNames, useStats, watched } from '../../data/data.ts';
import { formatNumber, formatPercent, terms, actions as words } from '../../messages/en.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { servedQuery } from '../../parts/document/served-list.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { GuardedItem } from '../../parts/list/row-menu.tsx';
import {
  column,
  modifiedByColumn,
  modifiedColumn,
  nameColumn,
  timeColumn,
} from '../../parts/list/standard-columns.tsx';
import { statusFilter } from '../../parts/list/use-list-page.tsx';
import { Icon, LinkCard, LinkCards, Note, StatusBadge } from '../../parts/parts.ts';
import { conditionWords, type RuleName } from '../../parts/rules/condition-words.ts';
import { useRuleNames } from '../../parts/rules/rule-names.ts';
import { useMay } from '../../session/rights.ts';
import { type Action, actionKind, notToEnable, standingOf, useSwitch } from './action.ts';
import { firstScenarios } from './scenarios.ts';

export function ActionsPage(): ReactNode {
  const mayManage = useMay('actions:manage');
  const names = useNames();
  const nameOf = useRuleNames();
  const { data: stats } = useStats('action');
  const columns = useMemo(() => columnsOf({ nameOf, names, stats }), [nameOf, names, stats]);
  const search = useSearch({ from: '/shell/actions' });
  const { status, connection, destination, behavior } = search;
  const filters = { status, connectionId: connection, destinationId: destination, behaviorId: behavior };
  const served = useApiQuery('listActions', { query: { ...servedQuery(search), ...filters } }, { ...kept, ...watched });
  const { labelOf, toggle } = useSwitch();
  return (
    <DocumentsPage
      kind={actionKind}
      words={words}
      noun="actions"
      icon="actions"
      columns={columns}
      served={served}
      filters={[
        statusFilter,
        { key: 'connection', label: terms.connection, searched: () => ({ kind: 'connection' }) },
        {
          key: 'destination',
          label: terms.destination,
          clearedBy: 'connection',
          searched: (values) => ({ kind: 'destination', connectionId: values['connection'] }),
        },
        { key: 'behavior', label: terms.behavior, searched: () => ({ kind: 'behavior' }) },
      ]}
      items={(action) => (
        <>
          <Menu.Item component={Link} to="/actions/$actionId/edit" params={{ actionId: action.id } as never}>
            {terms.edit}
          </Menu.Item>
          <GuardedItem blockedBy={notToEnable(action)} onClick={() => toggle(action)}>
            {labelOf(action)}
          </GuardedItem>
        </>
      )}
      start={mayManage ? scenarioCards : null}
    />
  );
}

/** The scenarios to start with, while there is no action. */
const scenarioCards = (
  <Box w="100%" ta="start" mt="md">
    <LinkCards label={words.gallery}>
      {firstScenarios.map(([scenario, icon]) => (
        <LinkCard
          key={scenario}
          to="/actions/new"
          search={{ scenario }}
          mark={<Icon name={icon} size={20} />}
          name={words.scenarios[scenario][0]}
          text={words.scenarios[scenario][1]}
        />
      ))}
    </LinkCards>
  </Box>
);

type Known = { nameOf: RuleName; names: Names; stats: Stats | undefined };

function columnsOf({ nameOf, names, stats }: Known): readonly Column<Action>[] {
  return [
    nameColumn(actionKind),
    column('status', terms.status, { sort: (row) => standingOf(row, names) }, (row) => (
      <StatusBadge status={standingOf(row, names)} />
    )),
    column('rules', words.columns.rules, { isText: true }, ({ rules }) => {
      const text = conditionWords(rules, nameOf);
      return (
        <Text span title={text}>
          {text}
        </Text>
      );
    }),
    column('destinations', terms.place, { isText: true }, ({ destinations }) => {
      const places = destinations.map((one) => names.place(one.destinationId));
      if (places.length === 0) return <Text c="dimmed">{words.noPlace}</Text>;
      return (
        <Text span title={places.join(', ')}>
          {places[0]} {places.length === 1 ? null : <Note span>{terms.more(places.length - 1)}</Note>}
        </Text>
      );
    }),
    ...(stats === undefined ? [] : figureColumns(stats)),
    modifiedColumn<Action>(),
    modifiedByColumn<Action>(),
  ];
}

/** The columns of what happened in the last 24 hours. */
function figureColumns({ items }: Stats): readonly Column<Action>[] {
  const figures = new Map(items.map((one) => [one.id, one]));
  const successOf = ({ id }: Action) => {
    const { delivered = 0, failed = 0 } = figures.get(id) ?? {};
    return delivered + failed === 0 ? null : delivered / (delivered + failed);
  };
  return [
    column(
      'matched',
      words.columns.matched,
      { sort: ({ id }) => figures.get(id)?.matched ?? 0, align: 'end' },
      ({ id }) => {
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
    ),
    column('success', words.columns.success, { align: 'end', sort: successOf }, (row) => {
      const success = successOf(row);
      return success === null ? <Text c="dimmed">–</Text> : formatPercent(success);
    }),
    timeColumn('last', words.columns.last, ({ id }) => figures.get(id)?.lastDeliveredAt ?? null, {
      none: <Text c="dimmed">{words.noDelivery}</Text>,
      leavesFirst: true,
    }),
  ];
}
