import type { Event } from '../../contract/records/event.ts';
import type { DueDelivery } from '../../journal/journal.ts';

/** The estimated memory of an event, in bytes: its text, and an amount per value. Pure. */
export function eventBytes({ data, ext, session }: Event): number {
  return 500 + valueBytes(data) + valueBytes(ext) + valueBytes(session);
}

/** The estimated memory of a delivery with its event and its rendered request. */
export function deliveryBytes({ event, rendered }: DueDelivery): number {
  return 500 + (event === null ? 0 : eventBytes(event)) + (rendered?.body.length ?? 0);
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
