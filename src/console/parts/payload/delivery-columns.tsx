import { Anchor, Group, Text, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useRef } from 'react';
import type { Delivery, LastAttempt } from '../../../contract/records/delivery.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { statusLine } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { useMay } from '../../session/rights.ts';
import { Countdown } from '../countdown.tsx';
import { Icon } from '../icon.tsx';
import type { Column } from '../list/columns.tsx';
import { RowLink } from '../list/row-link.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { Time } from '../time.tsx';
import css from './delivery-columns.module.css';

const w = words.columns;
const idsMost = 100;

/** What a click on a cell filters by. */
type CellFilter = { action?: string; destination?: string; code?: string; error?: string };

/**
 * The columns of a list of deliveries, with the names and last attempts that its rows need. With `onFilter`, cells are
 * filters too.
 */
export function useDeliveryColumns(
  rows: readonly Delivery[],
  onFilter?: (by: CellFilter) => void,
): readonly Column<Delivery>[] {
  const filter = useRef(onFilter);
  filter.current = onFilter;
  const isFilter = onFilter !== undefined;
  const mayEvents = useMay('events:view');
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const ids = rows.slice(0, idsMost).map(({ id, attempts, status }) => ({ id, key: `${id} ${attempts} ${status}` }));
  const eventIds = [...new Set(rows.flatMap(({ eventId }) => (eventId === null ? [] : [eventId])))].slice(0, idsMost);
  const attempts = useQuery({
    ...apiQuery('getLastAttempts', { query: { ids: ids.map(({ id }) => id).join() } }),
    // What changed of a delivery tells that there was another attempt.
    queryKey: ['getLastAttempts', ids.map(({ key }) => key).join()],
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
  const names = useQuery({
    ...apiQuery('getEventNames', { query: { ids: eventIds.join() } }),
    enabled: eventIds.length > 0 && mayEvents,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

  return useMemo(() => {
    const filtered = (what: string, by: CellFilter, cell: ReactNode) =>
      isFilter ? (
        <FilterCell label={terms.filterBy(what)} onFilter={() => filter.current?.(by)}>
          {cell}
        </FilterCell>
      ) : (
        cell
      );
    const last = new Map(attempts.data?.data.map((one) => [one.deliveryId, one.last]));
    const eventNames = new Map(names.data?.data.map(({ id, name }) => [id, name]));
    const nameOf = (row: Delivery) =>
      terms.placeOf(
        connections.get(row.connectionId)?.name ?? row.connectionId,
        destinations.get(row.destinationId)?.name ?? row.destinationId,
      );
    const mostOf = ({ destinationId, connectionId }: Delivery) =>
      (destinations.get(destinationId)?.settings.retry ?? connections.get(connectionId)?.settings.retry)?.scheduleMs
        .length;
    return [
      { id: 'status', header: terms.status, isFixed: true, cell: (row) => <Status row={row} target={nameOf(row)} /> },
      {
        id: 'event',
        header: terms.event,
        cell: ({ eventId }) => <EventCell id={eventId} name={eventId === null ? null : eventNames.get(eventId)} />,
      },
      {
        id: 'action',
        header: terms.action,
        isText: true,
        cell: ({ actionId }) => {
          if (actionId === null) return terms.none;
          const name = actions.get(actionId)?.name ?? actionId;
          return filtered(name, { action: actionId }, name);
        },
      },
      {
        id: 'target',
        header: terms.place,
        isText: true,
        cell: (row) => filtered(nameOf(row), { destination: row.destinationId }, nameOf(row)),
      },
      {
        id: 'attempts',
        header: terms.attempts,
        align: 'end',
        cell: (row) => words.attemptsOf(row.attempts, row.test ? undefined : mostOf(row)),
      },
      {
        id: 'response',
        header: terms.response,
        isText: true,
        cell: ({ id }) => {
          const { status = null, errorKind = null } = last.get(id) ?? {};
          const cell = <Response last={last.get(id)} />;
          if (status !== null) return filtered(statusLine(status), { code: String(status) }, cell);
          return errorKind === null ? cell : filtered(outcomes.errorKind[errorKind].short, { error: errorKind }, cell);
        },
      },
      {
        id: 'duration',
        header: w.duration,
        align: 'end',
        isHiddenAtFirst: true,
        cell: ({ id }) => {
          const ms = last.get(id)?.durationMs;
          return ms === undefined ? null : formatDuration(ms);
        },
      },
      { id: 'created', header: terms.created, cell: ({ createdAt }) => <Time at={createdAt} show="stream" /> },
      {
        id: 'next',
        header: terms.nextAttempt,
        cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? null : <Countdown at={nextAttemptAt} due={words.now} />),
      },
    ];
  }, [actions, connections, destinations, attempts.data, names.data, isFilter]);
}

type FilterCellProps = { label: string; onFilter: () => void; children: ReactNode };

/** A cell with a button that filters the list by it, seen on hover and focus. */
function FilterCell({ label, onFilter, children }: FilterCellProps): ReactNode {
  return (
    <span className={css['filtered']}>
      <span>{children}</span>
      <UnstyledButton className={css['filter'] ?? ''} aria-label={label} title={label} onClick={onFilter}>
        <Icon name="search" size={13} />
      </UnstyledButton>
    </span>
  );
}

function Status({ row, target }: { row: Delivery; target: string }): ReactNode {
  const { id, status, reason, errorKind, test, replayedBy } = row;
  const why =
    replayedBy !== null
      ? replayedBy.status === 'delivered'
        ? words.recovered
        : words.sentAgain
      : reason !== null
        ? outcomes.reason[reason].short
        : errorKind !== null
          ? outcomes.errorKind[errorKind].short
          : undefined;
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <div>
        <RowLink
          to="/deliveries/$deliveryId"
          params={{ deliveryId: id }}
          title={target}
          note={status === 'delivered' ? undefined : why}
        >
          <StatusBadge status={status} />
        </RowLink>
      </div>
      {test ? <StatusBadge status="test" /> : null}
    </Group>
  );
}

function EventCell({ id, name }: { id: string | null; name: string | null | undefined }): ReactNode {
  if (id === null)
    return (
      <Text c="dimmed" size="sm">
        {words.noEvent}
      </Text>
    );
  return (
    <Anchor
      component={Link}
      to="/events/$eventId"
      params={{ eventId: id } as never}
      truncate
      display="block"
      maw="9rem"
      title={name ?? id}
    >
      {name ?? id}
    </Anchor>
  );
}

function Response({ last }: { last: LastAttempt['last'] | undefined }): ReactNode {
  if (last === undefined) return null;
  const text =
    last?.status != null
      ? statusLine(last.status)
      : last?.errorKind != null
        ? outcomes.errorKind[last.errorKind].short
        : null;
  if (text !== null) return <span title={text}>{text}</span>;
  return (
    <Text c="dimmed" size="sm">
      {terms.noneYet}
    </Text>
  );
}
