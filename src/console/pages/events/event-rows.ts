import { useRef } from 'react';
import type { Event, EventOutcome } from '../../../contract/records/event.ts';
import type { StreamedEvent } from '../../data/event-stream.ts';
import type { Values } from '../../parts/list/filters.ts';
import { hasOutcome } from './event-filters.ts';
import { useOutcomes } from './use-outcomes.ts';

export type EventRow = {
  event: Event;
  /** How many Actions matched, as far as is known: from the stream, else from the deliveries. */
  actions: number | undefined;
  /** undefined: not known yet. */
  deliveries: EventOutcome['deliveries'] | undefined;
};

const rowsMax = 150;

/**
 * Live events above the listed ones, each event once, with its outcome. With a filter for the outcome, a live event appears
 * when it has this outcome. Unchanged rows stay the same objects.
 */
export function useEventRows(
  live: readonly StreamedEvent[],
  listed: readonly Event[] | undefined,
  filters: Values,
): readonly EventRow[] {
  const seen = new Set(live.map(({ event }) => event.id));
  const matched = new Map(live.map((one) => [one.event.id, one.matched.length]));
  const events = [...live.map(({ event }) => event), ...(listed ?? []).filter(({ id }) => !seen.has(id))].slice(
    0,
    rowsMax,
  );
  const outcomes = useOutcomes(events);
  const before = useRef(new Map<string, EventRow>());

  const rows = events.map((event): EventRow => {
    const deliveries = outcomes.get(event.id);
    const actions = matched.get(event.id) ?? (deliveries === undefined ? undefined : actionsOf(deliveries));
    const last = before.current.get(event.id);
    const isSame = last !== undefined && last.deliveries === deliveries && last.actions === actions;
    return isSame ? last : { event, actions, deliveries };
  });
  before.current = new Map(rows.map((row) => [row.event.id, row]));
  // The list is filtered by the outcome already; the stream can't be.
  return rows.filter(({ event, deliveries }) => hasOutcome(filters, deliveries) ?? !seen.has(event.id));
}

function actionsOf(deliveries: EventOutcome['deliveries']): number {
  return new Set(deliveries.map(({ actionId }) => actionId)).size;
}
