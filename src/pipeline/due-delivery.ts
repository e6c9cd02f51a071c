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

/** The estimated memory of an event, in bytes: its text, and an amount per value. Pure. */
export function eventBytes({ data, ext, session }: Event): number {
  return 500 + valueBytes(data) + valueBytes(ext) + valueBytes(session);
}

/** The estimated memory of a delivery with its event and its rendered request. */
export function deliveryBytes({ event, dataText, rendered }: DueDelivery): number {
  return 500 + (event === null ? 0 : eventBytes(event)) + (dataText?.length ?? 0) + (rendered?.body.length ?? 0);
}

/**
 * The estimated memory of a JSON value. Called for every event: it makes no lists of keys, which would be more garbage
 * than the event.
 */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 32 + value.length;
  if (typeof value !== 'object' || value === null) return 32;
  let sum = 64;
  const parts = value as Record<string, unknown>; // JSON objects and lists: both have own enumerable keys
  for (const key in parts) {
    const one = parts[key];
    sum += key.length + (typeof one === 'string' ? 32 + one.length : valueBytes(one));
  }
  return sum;
}
