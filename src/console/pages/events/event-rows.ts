import { useEffect, useRef, useState } from 'react';
import type { Event, EventOutcome } from '../../../contract/records/event.ts';
import type { StreamedEvent } from '../../data/event-stream.ts';
import type { Values } from '../../parts/list/filters.ts';
import { isUnfinished } from '../../parts/payload/delivery-summary.ts';
import { client } from '../../session/session.ts';
import { hasOutcome } from './event-filters.ts';

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

type Outcomes = ReadonlyMap<string, EventOutcome['deliveries']>;

const everyMs = 1_500;
const atOnce = 100;
/** How long after an event a delivery of it may still appear. */
const settledAfterMs = 10_000;

/** What became of the events shown: asked for in one request, again while something may still change. */
function useOutcomes(events: readonly { id: string; receivedAt: string }[]): Outcomes {
  const [outcomes, set] = useState<Outcomes>(new Map());
  const shown = useRef(events);
  shown.current = events;
  const known = useRef(outcomes);
  known.current = outcomes;
  const hasRows = events.length > 0;

  useEffect(() => {
    if (!hasRows) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;

    async function ask() {
      const ids = shown.current.filter(mayChange).map(({ id }) => id);
      if (ids.length > 0) {
        try {
          const query = { ids: ids.slice(0, atOnce).join() };
          const { data } = await client().call('getEventOutcomes', { query, signal: stop.signal });
          const kept = shown.current.flatMap(({ id }) => {
            const deliveries = known.current.get(id);
            return deliveries === undefined ? [] : [[id, deliveries] as const];
          });
          const told = data.map(({ eventId, deliveries }) => [eventId, same(eventId, deliveries)] as const);
          set(new Map([...kept, ...told]));
        } catch {
          // The list beside it says when the server is away; the next turn asks again.
        }
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void ask(), everyMs);
    }

    /** What is as it was stays the same object, so that its row is not drawn again. */
    function same(id: string, deliveries: EventOutcome['deliveries']) {
      const before = known.current.get(id);
      return before !== undefined && JSON.stringify(before) === JSON.stringify(deliveries) ? before : deliveries;
    }

    function mayChange({ id, receivedAt }: { id: string; receivedAt: string }): boolean {
      const deliveries = known.current.get(id);
      if (deliveries === undefined) return true;
      if (deliveries.some(isUnfinished)) return true;
      return deliveries.length === 0 && Date.now() - Date.parse(receivedAt) < settledAfterMs;
    }

    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [hasRows]);

  return outcomes;
}
