import type { Event } from '../contract/event.ts';
import type { DueDelivery } from '../journal/journal.ts';

/** About how much memory an event takes, in bytes: its text, and something for each value. Pure. */
export function weightOfEvent({ data, ext, session }: Event): number {
  return 500 + weightOfValue(data) + weightOfValue(ext) + weightOfValue(session);
}

/** The same for a delivery with its event and what was rendered. */
export function weightOf({ event, rendered }: DueDelivery): number {
  return 500 + (event === null ? 0 : weightOfEvent(event)) + (rendered?.body.length ?? 0);
}

function weightOfValue(value: unknown): number {
  if (typeof value === 'string') return 32 + value.length;
  if (typeof value !== 'object' || value === null) return 32;
  let sum = 64;
  if (Array.isArray(value)) for (const one of value) sum += weightOfValue(one);
  else for (const [key, one] of Object.entries(value)) sum += key.length + weightOfValue(one);
  return sum;
}
