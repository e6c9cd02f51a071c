import { ActionIcon, Group, Text } from '@mantine/core';
import { type ReactNode, useMemo, useRef } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { useHoldOf, useNames } from '../../data/data.ts';
import { formatDuration, outcomes, terms, deliveries as words } from '../../messages/en.ts';
import type { Column } from '../list/columns.tsx';
import { RowLink } from '../list/row-link.tsx';
import { column } from '../list/standard-columns.tsx';
import { Countdown, Icon, Note, PlainLink, StatusBadge, Time } from '../parts.ts';
import css from '../text/on-hover.module.css';
import { resultWords } from './last-attempts.ts';

const w = words.columns;

/** What a click on a cell filters by. */
type CellFilter = { action?: string; destination?: string; code?: string; error?: string };

/**
 * The columns of a list of deliveries, with the names that its rows need. With `onFilter`, cells are
 * filters too. Where no row has a next attempt, its column is among the first to leave, and so is the action, which the destination
 * tells most of.
 */
export function useDeliveryColumns(
  rows: readonly Delivery[] | undefined,
  onFilter?: (by: CellFilter) => void,
): readonly Column<Delivery>[] {
  const filter = useRef(onFilter);
  filter.current = onFilter;
  const isFilter = onFilter !== undefined;
  const hasNext = rows?.some(({ nextAttemptAt }) => nextAttemptAt !== null) === true;
  const names = useNames();
  const holdOf = useHoldOf();

  return useMemo(() => {
    const filtered = (what: string, by: CellFilter, name = what) =>
      isFilter ? <FilterCell what={what} name={name} onFilter={() => filter.current?.(by)} /> : what;
    const attemptsMax = ({ destinationId }: Delivery) => names.of(destinationId)?.attemptsMax ?? undefined;
    return [
      column('status', terms.status, { isFixed: true }, (row) => <Status row={row} target={names.target(row)} />),
      column('event', terms.event, { isText: true }, ({ eventId, event }) => {
        if (eventId === null) return <Note>{words.noEvent}</Note>;
        const title = event?.name ?? eventId;
        return (
          <PlainLink
            to="/events/$eventId"
            params={{ eventId }}
            truncate
            display="block"
            maw="min(9rem, 42vw)"
            title={title}
          >
            {title}
          </PlainLink>
        );
      }),
      column('visitor', terms.visitor, { isText: true }, ({ visitorId }) => visitorId ?? terms.none),
      column('action', terms.action, { isText: true, leavesFirst: true }, ({ actionId }) => {
        if (actionId === null) return terms.none;
        const name = names.action(actionId);
        return filtered(name, { action: actionId });
      }),
      column('target', terms.place, { isText: true }, (row) =>
        filtered(names.target(row), { destination: row.destinationId }),
      ),
      column('attempts', terms.attempts, { align: 'end', leavesFirst: true }, (row) =>
        words.attemptsOf(row.attempts, row.test ? undefined : attemptsMax(row)),
      ),
      column('response', terms.response, { isText: true }, ({ lastAttempt }) => {
        const { status = null, errorKind = null, message = null } = lastAttempt ?? {};
        const result = resultWords(status, errorKind);
        if (result === null) return <Note>{terms.noneYet}</Note>;
        const by = status !== null ? { code: String(status) } : { error: errorKind ?? '' };
        return filtered(message === null ? result : `${status ?? result}: ${message}`, by, result);
      }),
      column('duration', w.duration, { align: 'end', leavesFirst: true }, ({ lastAttempt }) =>
        lastAttempt == null ? null : formatDuration(lastAttempt.durationMs),
      ),
      column('created', terms.created, { goesBelow: true }, ({ createdAt }) => <Time at={createdAt} show="stream" />),
      column('next', terms.nextAttempt, { leavesFirst: !hasNext }, (row) => {
        const { nextAttemptAt } = row;
        const hold = holdOf(row);
        if (hold !== null) return <span title={outcomes.reason[hold].short}>{words.afterHold}</span>;
        return nextAttemptAt === null ? null : <Countdown at={nextAttemptAt} due={words.now} />;
      }),
    ];
  }, [names, holdOf, isFilter, hasNext]);
}

type FilterCellProps = { what: string; name: string; onFilter: () => void };

/** A cell with a button that filters the list by it (`name`), seen on hover and focus. */
function FilterCell({ what, name, onFilter }: FilterCellProps): ReactNode {
  const label = terms.filterBy(name);
  return (
    <Group gap={4} wrap="nowrap" className={css['cell'] ?? ''}>
      <Text span inherit truncate title={what}>
        {what}
      </Text>
      <ActionIcon size={24} className={css['onHover'] ?? ''} aria-label={label} title={label} onClick={onFilter}>
        <Icon name="search" size={13} />
      </ActionIcon>
    </Group>
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
