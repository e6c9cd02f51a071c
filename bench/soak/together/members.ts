import { createHash } from 'node:crypto';
import { placeOf } from '../../../src/contract/ids.ts';
import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Replay } from '../../../src/contract/records/replay.ts';
import type { Arrival, ArrivedRecord, History } from './history.ts';
import type { Wiring } from './setup.ts';

/** A delivery in a request. `key` is its own idempotency key; null: its delivery can't be told (it was erased). */
export type Member = { readonly record: ArrivedRecord; readonly key: string | null };

export type Arrived = { readonly arrival: Arrival; readonly members: readonly Member[] };

/** The requests of a run with the deliveries in them, and the deliveries by what they are about. */
export type Traffic = {
  readonly arrived: readonly Arrived[];
  /** The requests that contained a delivery with this key. */
  readonly byKey: ReadonlyMap<string, readonly Arrived[]>;
  /** Deliveries that no replay made, by `event action destination`. */
  readonly originals: ReadonlyMap<string, readonly Delivery[]>;
  /** Deliveries by their idempotency key: one that no replay made, or the first, and those of replays that kept its key. */
  readonly withKey: ReadonlyMap<string, readonly Delivery[]>;
  /** Idempotency keys of several deliveries, also of erased ones. */
  readonly shared: ReadonlySet<string>;
  /** Requests whose deliveries can't be told, by the id of an event in them. */
  readonly unknown: ReadonlyMap<string, readonly Arrived[]>;
  /** What replays have sent again, by `event action destination`, each as an id. */
  readonly replayed: ReadonlySet<string>;
};

export const nameOf = (event: string | null, action: string | null, destination: string) =>
  `${event} ${action} ${destination}`;

/** Deliveries are in the order of this number, whatever their times are. */
export const orderOf = (id: string): number => placeOf('delivery', id)?.number ?? Number.NaN;

/**
 * Tells which deliveries each request contained: alone, a delivery has its own key; the key of a batch is a hash of those of
 * its members. Pure.
 */
export function trafficOf(
  { arrivals, erasedDeliveries }: Pick<History, 'arrivals' | 'erasedDeliveries'>,
  deliveries: readonly Delivery[],
  replays: readonly Replay[],
  wiring: Wiring,
): Traffic {
  const actionName = new Map(wiring.actions.map(({ id, name }) => [id, name]));
  const destinationOf = new Map(wiring.places.map(({ mix, destinationId }) => [mix.id, destinationId]));
  const keepsKey = new Set(replays.filter((one) => one.keepIdempotencyKey).map(({ id }) => id));
  const keyOf = (one: Delivery) =>
    one.replayId !== null && keepsKey.has(one.replayId) ? (one.replayOf ?? one.id) : one.id;
  const named = (one: Delivery) => nameOf(one.eventId, actionName.get(one.actionId ?? '') ?? null, one.destinationId);

  const originals = Map.groupBy(
    deliveries.filter((one) => one.replayId === null && !one.test),
    named,
  );
  const byName = Map.groupBy([...deliveries, ...erasedDeliveries], named);
  const withKey = Map.groupBy(deliveries, keyOf);
  const byKeyWithErased = Map.groupBy([...deliveries, ...erasedDeliveries], keyOf);
  const shared = new Set(
    [...byKeyWithErased].filter(([, some]) => new Set(some.map(({ id }) => id)).size > 1).map(([key]) => key),
  );
  const arrived = arrivals.map((arrival) => {
    const destination = destinationOf.get(arrival.place) ?? '';
    const [only, ...others] = arrival.records;
    if (only !== undefined && others.length === 0) return { arrival, members: [{ record: only, key: arrival.key }] };
    const possible = arrival.records.map(({ event }) => byName.get(nameOf(event, arrival.action, destination)) ?? []);
    // A batch is of live deliveries, or of one replay.
    const replayIds = new Set(possible.flat().map(({ replayId }) => replayId));
    for (const replayId of replayIds) {
      const keys = possible
        .map((some) => some.find((one) => one.replayId === replayId))
        .map((one) => one && keyOf(one));
      if (createHash('sha256').update(keys.join('\n')).digest('hex') === arrival.key)
        return { arrival, members: arrival.records.map((record, at) => ({ record, key: keys[at] ?? null })) };
    }
    return { arrival, members: arrival.records.map((record) => ({ record, key: null })) };
  });
  const byKey = new Map<string, Arrived[]>();
  for (const one of arrived)
    for (const { key } of one.members)
      if (key !== null) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [one]);
        else known.push(one);
      }
  const unknown = new Map<string, Arrived[]>();
  for (const one of arrived)
    for (const { key, record } of one.members)
      if (key === null) unknown.set(record.event, [...(unknown.get(record.event) ?? []), one]);
  const replayed = new Set(
    deliveries
      .filter((one) => one.replayId !== null)
      .map((one) => nameOf(one.eventId, one.actionId, one.destinationId)),
  );
  return { arrived, byKey, originals, withKey, shared, unknown, replayed };
}
