import { hash } from 'node:crypto';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { isFinished, type Settlement } from '../../journal/journal.ts';
import { compileLookup, type Lookup } from '../../rules/lookup.ts';

export type Order = NonNullable<DestinationBody['settings']['order']>;

const lookups = new WeakMap<Order, Lookup>();

/**
 * The order key of a delivery: 48 bits of a hash of the destination, the value of the ordering field and `line`, so
 * that replayed deliveries (`line` is the replay's id) do not wait for live ones. Two values with the same hash only
 * wait for each other. undefined: the destination has no order, or the event has no such value.
 */
export function orderKeyOf(
  destination: { id: string; body: Pick<DestinationBody, 'settings'> },
  event: Event | IncomingEvent,
  line = '',
): number | undefined {
  const { order } = destination.body.settings;
  if (order === null) return undefined;
  let lookup = lookups.get(order);
  if (lookup === undefined) {
    lookup = compileLookup(order.key);
    lookups.set(order, lookup);
  }
  const value = lookup(event as Event); // an incoming event lacks only its id and time
  if (value === undefined || value === '') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return hash('sha256', JSON.stringify([destination.id, line, text]), 'buffer').readUIntBE(0, 6);
}

/**
 * Applies `releaseAfter`: after that many counted failures an unfinished delivery leaves its order, and later ones no
 * longer wait.
 */
export function releaseAfterFailures(settlement: Settlement, { releaseAfter }: Order): Settlement {
  const isEnough = releaseAfter !== null && settlement.attempts >= releaseAfter && !isFinished(settlement.status);
  return isEnough ? { ...settlement, leavesOrder: true } : settlement;
}
