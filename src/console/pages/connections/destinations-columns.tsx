import { Group, Switch, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatNumber } from '../../messages/format.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { modifiedColumn } from '../../parts/list/standard-columns.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useDestinationStatus } from './change-status.ts';
import { Nothing, trafficColumns } from './traffic-columns.tsx';
import type { Destination, Figures, Usage } from './usage.ts';

const w = words.destinations;

/** A row of the list: a destination with its use, its figures and its held deliveries. */
export type DestinationRow = Destination & { usage: Usage | undefined; figures: Figures | undefined; held: number };

export function columnsFor(mayManage: boolean): readonly Column<DestinationRow>[] {
  return [
    {
      id: 'name',
      header: w.columns.name,
      isFixed: true,
      isText: true,
      sort: ({ name }) => name,
      cell: ({ id, connectionId, name, description }) => (
        <RowLink
          to="/connections/$connectionId/destinations/$destinationId"
          params={{ connectionId, destinationId: id }}
          note={description}
        >
          {name}
        </RowLink>
      ),
    },
    {
      id: 'status',
      header: terms.status,
      sort: ({ status }) => status,
      cell: (row) => (
        <Group gap="xs" wrap="nowrap">
          {mayManage ? <StatusSwitch destination={row} /> : null}
          <StatusBadge status={row.status} />
        </Group>
      ),
    },
    { id: 'method', header: w.columns.method, cell: ({ method }) => <Text ff="monospace">{method}</Text> },
    {
      id: 'path',
      header: terms.endpointPath,
      isText: true,
      cell: ({ path }) => (
        <Text ff="monospace" size="sm" truncate title={path}>
          {path === '' ? '/' : path}
        </Text>
      ),
    },
    {
      id: 'contentType',
      header: terms.contentType,
      isHiddenAtFirst: true,
      cell: ({ contentType }) => (
        <Text size="sm" truncate maw="11rem" title={contentType}>
          {contentType}
        </Text>
      ),
    },
    ...trafficColumns,
    {
      id: 'last',
      header: w.columns.last,
      sort: ({ figures }) => figures?.lastAttemptAt,
      cell: ({ figures }) => <LastResult figures={figures} />,
    },
    {
      id: 'held',
      header: parts.status.held,
      sort: ({ held }) => held,
      align: 'end',
      cell: ({ held }) => (held === 0 ? <Nothing text={w.noneHeld} /> : formatNumber(held)),
    },
    modifiedColumn(),
  ];
}

/** The status of the last response, and when it came. */
function LastResult({ figures }: { figures: Figures | undefined }): ReactNode {
  if (figures === undefined || figures.lastAttemptAt === null) return <Nothing text={words.figures.nothing} />;
  const { lastStatus } = figures;
  const isGood = lastStatus !== null && lastStatus < 300;
  return (
    <>
      <Text span fw={550} c={isGood ? 'var(--console-good)' : 'var(--console-bad)'}>
        {lastStatus === null ? terms.noResponse : terms.http(lastStatus)}
      </Text>{' '}
      <Text span c="dimmed" size="sm">
        <Time at={figures.lastAttemptAt} />
      </Text>
    </>
  );
}

function StatusSwitch({ destination }: { destination: Destination }): ReactNode {
  const { change, isPending } = useDestinationStatus();
  const { name, status, version } = destination;
  // The new status shows at once, until the list has it.
  const [chosen, choose] = useState<{ isEnabled: boolean; version: number } | null>(null);
  const isEnabled = chosen?.version === version ? chosen.isEnabled : status === 'enabled';
  return (
    <Switch
      size="sm"
      aria-label={w.toggle(name)}
      checked={isEnabled}
      disabled={isPending}
      onChange={({ currentTarget: { checked } }) => {
        choose({ isEnabled: checked, version });
        void change(destination, checked ? 'enabled' : 'disabled').then((isSaved) => isSaved || choose(null));
      }}
    />
  );
}
