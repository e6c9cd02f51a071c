import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { modifiedColumn, nameColumn } from '../../parts/list/standard-columns.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { authenticationOf } from './authentication-standing.ts';
import { stateOf } from './connection.ts';
import { connectionKind } from './connection-kind.ts';
import type { Row } from './connections-list.ts';
import { trafficColumns } from './traffic-columns.tsx';

const w = words.columns;

export const columns: readonly Column<Row>[] = [
  nameColumn(connectionKind),
  { id: 'state', header: terms.state, sort: stateOf, cell: (row) => <State row={row} /> },
  { id: 'type', header: terms.type, cell: ({ type }) => words.types[type], isHiddenAtFirst: true },
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
  { id: 'auth', header: w.auth, isText: true, cell: (row) => <Authentication row={row} /> },
  { id: 'destinations', header: w.destinations, align: 'end', cell: (row) => <Destinations row={row} /> },
  ...trafficColumns,
  modifiedColumn(),
];

/** The type of authentication, and its state: rejected, about to end, or OK. */
function Authentication({ row }: { row: Row }): ReactNode {
  const standing = authenticationOf(row, useNow());
  const { kind } = standing;
  return (
    <>
      {words.details.authTypes[row.auth.type]}
      {kind === 'unknown' ? null : (
        <Text size="sm" c={tones[kind]} component="div">
          {words.authentication[kind]} {'at' in standing ? <Time at={standing.at} show="relative" /> : null}
        </Text>
      )}
    </>
  );
}

const tones = {
  missing: 'var(--console-bad)',
  refused: 'var(--console-bad)',
  expired: 'var(--console-bad)',
  expires: 'var(--console-warn)',
  certificateExpired: 'var(--console-bad)',
  certificateExpires: 'var(--console-warn)',
  token: 'dimmed',
  ok: 'dimmed',
} as const;

function Destinations({ row: { usage, id } }: { row: Row }): ReactNode {
  if (usage === undefined) return null;
  const all = usage.destinations.get(id) ?? [];
  return words.destinationCount(all.filter(({ status }) => status === 'enabled').length, all.length);
}

function State({ row }: { row: Row }): ReactNode {
  return (
    <>
      <StatusBadge status={stateOf(row)} />
      {row.health.held === 0 ? null : (
        <Text size="sm" c="var(--console-warn)">
          {words.held(row.health.held)}
        </Text>
      )}
    </>
  );
}
