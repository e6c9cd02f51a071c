import type { Event } from '../../contract/records/event.ts';
import { textBytes, valueBytes } from '../../contract/value-bytes.ts';
import type { DueDelivery } from '../../journal/journal.ts';

/** The estimated memory of an event, in bytes: its texts, and an amount per value. */
export function eventBytes({ data, ext, session }: Event): number {
  return 500 + valueBytes(data) + valueBytes(ext) + valueBytes(session);
}

/** The estimated memory of a delivery with its rendered request, without its event. */
export function deliveryBytes({ rendered }: DueDelivery): number {
  return 500 + (rendered === null ? 0 : textBytes(rendered.body));
}
