import { useRef } from 'react';
import type { Event, EventOutcome } from '../../../contract/records/event.ts';
import type { StreamedEvent } from '../../data/event-stream.ts';
import { type EventFilters, hasOutcome } from './event-filters.ts';
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
 * What came live above what was listed, each event once, with what became of it; with a filter on that, an event that came
 * live shows as soon as it stands so. What did not change stays the same object.
 */
export function useEventRows(
  live: readonly StreamedEvent[],
  listed: readonly Event[] | undefined,
  filters: EventFilters,
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
  // The list was asked for what stands so; the stream could not be.
  return rows.filter(({ event, deliveries }) => hasOutcome(filters, deliveries) ?? !seen.has(event.id));
}

function actionsOf(deliveries: EventOutcome['deliveries']): number {
  return new Set(deliveries.map(({ actionId }) => actionId)).size;
}
