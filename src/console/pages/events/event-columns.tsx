import { Group, Skeleton, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { DeliveryStatus } from '../../../contract/records/delivery.ts';
import type { Event } from '../../../contract/records/event.ts';
import { formatBytes, formatNumber, terms, events as words } from '../../messages/en.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column } from '../../parts/list/standard-columns.tsx';
import { Note, StatusCount, Time } from '../../parts/parts.ts';
import type { EventRow } from './event-rows.ts';

const w = words.columns;

/** The columns of the Events list; collectors by id give the names. */
export function eventColumns(
  collectors: ReadonlyMap<string, RouteResponse<'getCollector'>>,
): readonly Column<EventRow>[] {
  return [
    column('time', terms.time, ({ event }) => <Time at={event.receivedAt} show="stream" />),
    column('event', terms.event, { isFixed: true, isText: true }, ({ event }) => (
      <RowLink to="/events/$eventId" params={{ eventId: event.id }} data-event={event.id}>
        {event.name ?? terms.noName}
      </RowLink>
    )),
    column('visitor', terms.visitor, ({ event }) =>
      event.visitorId === null ? (
        <Text c="dimmed">{words.nobody}</Text>
      ) : (
        <Text ff="monospace" size="sm" truncate maw="14rem" title={event.visitorId}>
          {event.visitorId}
        </Text>
      ),
    ),
    column('source', w.source, ({ event: { source } }) => (
      <>
        {collectors.get(source.collectorId)?.name ?? source.collectorId}
        <Text component="span" c="dimmed" size="sm">
          {` ${terms.formats[source.format] ?? source.format}`}
        </Text>
      </>
    )),
    column('actions', w.actions, { align: 'end' }, ({ actions }) =>
      actions === undefined ? null : formatNumber(actions),
    ),
    column('outcome', terms.outcome, outcomeOf),
    column('size', terms.size, { align: 'end' }, ({ event }) => sizeOf(event)),
  ];
}

function outcomeOf({ deliveries }: EventRow): ReactNode {
  if (deliveries === undefined)
    return (
      <>
        <Skeleton height={12} width="3rem" />
        <VisuallyHidden>{words.waiting}</VisuallyHidden>
      </>
    );
  if (deliveries.length === 0) return <Note>{terms.dash}</Note>;
  const counts = new Map<DeliveryStatus, number>();
  for (const { status } of deliveries) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (
    <Group gap="0.6rem" wrap="nowrap">
      {[...counts].map(([status, count]) => (
        <StatusCount key={status} status={status} count={count} />
      ))}
    </Group>
  );
}

/** The size of what an event carries; a word where that is hidden. */
function sizeOf({ data, ext, session }: Event): string {
  const isHidden = [data, ext, session].every((part) => Object.keys(part).length === 0);
  return isHidden ? words.hiddenSize : formatBytes(JSON.stringify({ data, ext, session }).length);
}
