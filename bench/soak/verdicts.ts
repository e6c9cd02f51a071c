import type { Client } from '../../src/client/client.ts';
import type { Delivery } from '../../src/contract/records/delivery.ts';
import type { Recorder } from '../../test/faults/recorder.ts';
import { untilFinished } from '../../test/faults/wiring.ts';
import { type Load, visitors } from './load.ts';

/** A large backlog takes longer than one wait: it waits again while requests arrive. Returns all deliveries. */
export async function untilDrained(client: Client, recorder: Recorder): Promise<Seen> {
  for (let before = -1; ; ) {
    const arrived = recorder.arrivals.length;
    if (arrived === before) return untilFinished(client);
    before = arrived;
    const finished = await untilFinished(client).catch(() => null);
    if (finished !== null) return finished;
  }
}

/**
 * Reports events of a visitor that arrive at a destination after newer ones; ids of deliveries sort by time. `ordered`: the destinations
 * that have an order; all when it is left out.
 */
export function outOfOrder(
  { byKey, arrivals }: Recorder,
  deliveries: Seen = [],
  ordered?: ReadonlySet<string>,
): string[] {
  const destinationOf = new Map(deliveries.map(({ id, destinationId }) => [id, destinationId]));
  const newest = new Map<string, string>();
  return arrivals.flatMap((key) => {
    const destination = destinationOf.get(key) ?? '';
    if (ordered?.has(destination) === false) return [];
    const visitor = `${destination} ${Number(JSON.parse(byKey.get(key)?.body ?? '{}').n) % visitors}`;
    const before = newest.get(visitor) ?? '';
    if (key < before) return `${key} arrived after ${before} of its visitor`;
    newest.set(visitor, key);
    return [];
  });
}

export type Seen = Pick<Delivery, 'id' | 'eventId' | 'destinationId' | 'status' | 'reason'>[];

type Given = {
  load: Pick<Load, 'sent' | 'odd'>;
  recorder: Recorder;
  deliveries: Seen;
  /** To how many destinations each event is sent. */
  copies?: number;
};

/** Every broken guarantee as a sentence. */
export function faultsOf({ load, recorder, deliveries, copies = 1 }: Given): string[] {
  const faults = [...load.odd];
  const ofEvent = Map.groupBy(deliveries, (one) => one.eventId);
  const numberOfKey = new Map<string, number>();
  for (const [key, { bodies, body }] of recorder.byKey) {
    if (bodies.size > 1) faults.push(`${key} arrived with ${bodies.size} different bodies`);
    numberOfKey.set(key, Number(JSON.parse(body).n));
  }
  const keysOfNumber = Map.groupBy(numberOfKey.keys(), (key) => numberOfKey.get(key));
  if (recorder.unkeyed > 0) faults.push(`${recorder.unkeyed} requests without a key`);
  for (const { numbers, ids } of load.sent) {
    const arrived = numbers.filter((n) => keysOfNumber.has(n)).length;
    if (ids === null && arrived !== 0 && arrived !== numbers.length)
      faults.push(`of an unacknowledged batch of ${numbers.length} only ${arrived} arrived`);
    for (const [index, n] of numbers.entries()) {
      const keys = keysOfNumber.get(n) ?? [];
      if (keys.length > copies) faults.push(`event ${n} arrived under ${keys.length} keys`);
      const id = ids?.[index];
      if (id === undefined) continue;
      const own = ofEvent.get(id) ?? [];
      if (own.length !== copies) faults.push(`acknowledged event ${n} has ${own.length} deliveries`);
      for (const { status, reason, id: delivery } of own) {
        if (status !== 'delivered' && reason !== 'poison') faults.push(`event ${n} ended as ${status} (${reason})`);
        if (!recorder.byKey.has(delivery)) faults.push(`acknowledged event ${n} never arrived (${status}, ${reason})`);
        else if (!keys.includes(delivery)) faults.push(`event ${n} arrived under ${keys[0]}, not under ${delivery}`);
      }
    }
  }
  for (const { status, id } of deliveries)
    if (!['delivered', 'failed'].includes(status)) faults.push(`${id} is stuck as ${status}`);
  return faults;
}
