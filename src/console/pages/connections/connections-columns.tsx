import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, connections as words } from '../../messages/en.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { modifiedColumn, nameColumn } from '../../parts/list/standard-columns.tsx';
import { StatusBadge, Time, useNow } from '../../parts/parts.ts';
import { type AuthenticationStanding, authenticationOf } from './authentication-standing.ts';
import { type Connection, stateOf } from './connection.ts';
import { connectionKind } from './connection-kind.ts';
import { trafficColumns } from './traffic-columns.tsx';
import type { Figures, FiguresOf, Usage } from './usage.ts';

export const columnsOf = (usage: Usage | undefined, figuresOf: FiguresOf): readonly Column<Connection>[] => [
  nameColumn(connectionKind),
  { id: 'state', header: terms.state, sort: stateOf, cell: (row) => <State connection={row} /> },
  {
    id: 'baseUrl',
    header: terms.baseUrl,
    sort: ({ baseUrl }) => baseUrl,
    isText: true,
    cell: ({ baseUrl }) => (
      <Text ff="monospace" size="sm" truncate title={baseUrl}>
        {baseUrl}
      </Text>
    ),
  },
  {
    id: 'auth',
    header: words.columns.auth,
    isText: true,
    cell: (row) => <Authentication connection={row} figures={figuresOf(row.id)} />,
  },
  {
    id: 'destinations',
    header: words.columns.destinations,
    align: 'end',
    cell({ id }) {
      if (usage === undefined) return null;
      const all = usage.destinationsOf(id);
      return words.destinationCount(all.filter(({ status }) => status === 'enabled').length, all.length);
    },
  },
  ...trafficColumns(usage, figuresOf),
  { id: 'type', header: terms.type, cell: ({ type }) => words.types[type], leavesFirst: true },
  modifiedColumn(),
];

function toneOf(kind: AuthenticationStanding['kind']): string {
  if (kind === 'token' || kind === 'ok') return 'dimmed';
  return kind === 'expires' || kind === 'certificateExpires' ? 'var(--console-warn)' : 'var(--console-bad)';
}

type AuthenticationProps = { connection: Connection; figures: Figures | undefined };

/** The type of authentication, and its state: rejected, about to end, or OK. */
function Authentication({ connection, figures }: AuthenticationProps): ReactNode {
  const standing = authenticationOf({ ...connection, figures }, useNow());
  const { kind } = standing;
  return (
    <>
      {words.details.authTypes[connection.auth.type]}
      {kind === 'unknown' ? null : (
        <Text size="sm" c={toneOf(kind)} component="div">
          {words.authentication[kind]} {'at' in standing ? <Time at={standing.at} show="relative" /> : null}
        </Text>
      )}
    </>
  );
}

function State({ connection }: { connection: Connection }): ReactNode {
  const { held } = connection.health;
  return (
    <>
      <StatusBadge status={stateOf(connection)} />
      {held === 0 ? null : (
        <Text size="sm" c="var(--console-warn)">
          {words.held(held)}
        </Text>
      )}
    </>
  );
}
