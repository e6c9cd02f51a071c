import { hash } from 'node:crypto';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { isFinished, type Settlement } from '../../journal/journal.ts';
import { compileLookup, type Lookup } from '../../rules/lookup.ts';

export type Order = NonNullable<DestinationBody['settings']['order']>;

const lookups = new WeakMap<Order, Lookup>();

/**
 * What deliveries of a destination share that leave one after the other: 48 bits of a hash of the destination, the value
 * that its order asks for, and the line, so that replayed ones need not stand in line with live ones. Two values with one
 * hash would wait for each other and nothing worse. undefined: there is no order, or the event has no such value.
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
  const value = lookup(event as Event); // an event that comes in lacks only its id and time
  if (value === undefined || value === '') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return hash('sha256', JSON.stringify([destination.id, line, text]), 'buffer').readUIntBE(0, 6);
}

/** A step of a delivery that others wait for: after so many counted failures they wait no longer. */
export function releaseAfterFailures(settlement: Settlement, { releaseAfter }: Order): Settlement {
  const isEnough = releaseAfter !== null && settlement.attempts >= releaseAfter && !isFinished(settlement.status);
  return isEnough ? { ...settlement, leavesOrder: true } : settlement;
}
