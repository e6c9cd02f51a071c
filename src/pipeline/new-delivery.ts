import { placeOf } from '../contract/ids.ts';
import type { Event } from '../contract/records/event.ts';
import type { DueDelivery, PlannedDelivery } from '../journal/journal.ts';

/**
 * A delivery that was planned just now, as the journal would return it, without attempts. `dataText`: the JSON of the
 * event's data, if known.
 */
export function newDelivery(
  id: string,
  planned: Omit<PlannedDelivery, 'eventId'>,
  eventId: string | null,
  event: Event | null,
  dataText: string | null = null,
): DueDelivery {
  const delivery: DueDelivery = {
    id,
    eventId,
    event,
    dataText,
    actionId: planned.actionId,
    actionVersion: planned.actionVersion,
    destinationId: planned.destinationId,
    destinationVersion: planned.destinationVersion,
    connectionId: planned.connectionId,
    createdAt: placeOf('delivery', id)?.timeMs ?? 0,
    dueAt: planned.dueAt,
    test: planned.test,
    number: 0,
    attempts: 0,
    scheduleStep: 0,
    waitedMs: 0,
    deaths: 0,
    rendered: null,
    replayId: null,
    idempotencyKey: null,
  };
  if (planned.orderKey !== undefined) delivery.orderKey = planned.orderKey;
  return delivery;
}
