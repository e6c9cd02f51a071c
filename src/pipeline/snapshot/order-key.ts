import { hash } from 'node:crypto';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { compileLookup } from '../../rules/lookup.ts';

export type Order = NonNullable<DestinationBody['settings']['order']>;

/** undefined: the event has no value in the ordering field. */
export type OrderKeyOf = (event: Event | IncomingEvent, line?: string) => number | undefined;

/**
 * Compiles the order of a destination; null: it has none. An order key is 48 bits of a hash of the destination, the value
 * of the ordering field and `line`, so that replayed deliveries (`line` is the replay's id) do not wait for live ones. Two
 * values with the same hash only wait for each other.
 */
export function orderKeys(destinationId: string, order: Order | null): OrderKeyOf | null {
  if (order === null) return null;
  const lookup = compileLookup(order.key);
  return (event, line = '') => {
    const value = lookup(event as Event); // an incoming event lacks only its id and time
    if (value === undefined || value === '') return undefined;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return hash('sha256', JSON.stringify([destinationId, line, text]), 'buffer').readUIntBE(0, 6);
  };
}
