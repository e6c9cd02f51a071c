import type { Event } from '../../contract/records/event.ts';
import type { DueDelivery } from '../../journal/journal.ts';

/** About how much memory an event takes, in bytes: its text, and something for each value. Pure. */
export function eventBytes({ data, ext, session }: Event): number {
  return 500 + valueBytes(data) + valueBytes(ext) + valueBytes(session);
}

/** The same for a delivery with its event and what was rendered. */
export function deliveryBytes({ event, rendered }: DueDelivery): number {
  return 500 + (event === null ? 0 : eventBytes(event)) + (rendered?.body.length ?? 0);
}

/** The same for a value of JSON. Called for every event: no lists of keys, which would be more garbage than the event itself. */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 32 + value.length;
  if (typeof value !== 'object' || value === null) return 32;
  let sum = 64;
  const parts = value as Record<string, unknown>; // objects and lists of JSON alike: their own enumerable keys
  for (const key in parts) {
    const one = parts[key];
    sum += key.length + (typeof one === 'string' ? 32 + one.length : valueBytes(one));
  }
  return sum;
}
