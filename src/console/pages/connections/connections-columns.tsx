import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import type { Column } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { authenticationOf } from './authentication-standing.ts';
import { stateOf } from './connection.ts';
import type { Row } from './connections-list.ts';
import { SpeedCell, SuccessCell } from './figure-cells.tsx';
import { UsersCell } from './used-by.tsx';

const w = words.columns;

export const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    header: w.name,
    isFixed: true,
    cell: ({ id, name, description }) => (
      <RowLink to="/connections/$connectionId" params={{ connectionId: id }} note={description}>
        {name}
      </RowLink>
    ),
  },
  { id: 'type', header: w.type, cell: ({ type }) => words.types[type], isHiddenAtFirst: true },
  {
    id: 'baseUrl',
    header: w.baseUrl,
    wraps: true,
    cell: ({ baseUrl }) => (
      <Text ff="monospace" size="sm" lineClamp={2} title={baseUrl}>
        {baseUrl}
      </Text>
    ),
  },
  { id: 'auth', header: w.auth, wraps: true, cell: (row) => <Authentication row={row} /> },
  { id: 'destinations', header: w.destinations, align: 'end', cell: (row) => <Destinations row={row} /> },
  { id: 'usedBy', header: w.usedBy, wraps: true, cell: ({ usage, id }) => <UsersCell usage={usage} id={id} /> },
  { id: 'success', header: w.success, cell: ({ figures }) => <SuccessCell figures={figures} /> },
  {
    id: 'p95',
    header: w.p95,
    align: 'end',
    isHiddenAtFirst: true,
    cell: ({ figures }) => <SpeedCell figures={figures} />,
  },
  { id: 'state', header: w.state, cell: (row) => <State row={row} /> },
  {
    id: 'modified',
    header: w.modified,
    isHiddenAtFirst: true,
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <Time at={updatedAt} />
        <Text c="dimmed" size="sm" truncate maw="11rem" title={updatedBy}>
          {words.changedBy(updatedBy)}
        </Text>
      </>
    ),
  },
];

/** The kind, and how signing in goes: refused, about to end, or well. */
function Authentication({ row }: { row: Row }): ReactNode {
  const standing = authenticationOf(row, useNow());
  const { kind } = standing;
  return (
    <>
      {words.details.authTypes[row.auth.type]}
      {kind === 'unknown' ? null : (
        <Text size="sm" c={tones[kind]} component="div">
          {words.authentication[kind]} {'at' in standing ? <Time at={standing.at} /> : null}
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
