import type { Event } from '../contract/event.ts';
import { placeOf } from '../contract/ids.ts';
import type { DueDelivery, PlannedDelivery } from '../journal/journal.ts';

/** A delivery that was planned just now, as the journal would give it back: nothing has happened to it yet. */
export function freshDelivery(id: string, planned: PlannedDelivery, event: Event | null): DueDelivery {
  const createdAt = placeOf('delivery', id)?.timeMs ?? 0;
  return {
    ...planned,
    id,
    event,
    createdAt,
    number: 0,
    attempts: 0,
    scheduleStep: 0,
    waitedMs: 0,
    deaths: 0,
    rendered: null,
    replayId: null,
    idempotencyKey: null,
  };
}
