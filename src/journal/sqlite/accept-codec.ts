import { AppError } from '../../contract/errors.ts';
import { placedId } from '../../contract/ids.ts';
import { type EventPlace, lineOfEvent } from '../codec/event-codec.ts';
import type { Accepted, AcceptRequest, IntakePlan, Lease } from '../journal.ts';
import { PartitionLost } from '../partition-lost.ts';
import { deliveryIds, type PackedPassed, type PlannedNumbers, packPassed, packPlanned } from './planned-codec.ts';

/**
 * A request on its way to the storage thread: its events as lines, their identities in the same order (null when no
 * event has one), and the indices of events whose identity is of an Idempotency-Key (null when there are none). Data
 * that crosses threads for every request is in tuples, since an object of the same size takes three times as long.
 */
export type AcceptedLines = [
  lines: string,
  plan: AcceptedPlan | null,
  partition: number,
  collectorId: string,
  receivedAt: number,
  count: number,
  identities: (string | null)[] | null,
  keyed: number[] | null,
  lease: Lease | null,
];

/** The parts of a packed request by name. */
export const unpackRequest = ([
  lines,
  plan,
  partition,
  collectorId,
  receivedAt,
  count,
  identities,
  keyed,
  lease,
]: AcceptedLines) => ({ lines, plan, partition, collectorId, receivedAt, count, identities, keyed, lease });

/** `planned`: PlannedGroup[] as text; their events are indices in the request. So are those of `passed`. */
export type AcceptedPlan = [planned: string, lease: Lease, now: number, passed?: PackedPassed[]];

export const unpackPlan = ([planned, lease, now, passed = []]: AcceptedPlan) => ({ planned, lease, now, passed });

/** An event that is stored already, by its index: the place of the stored one, and whether that has other data. */
export type Duplicate = [index: number, place: EventPlace, isOther: boolean];

/** null: the Idempotency-Key was used with other events; 'lost': the lease is stale. Nothing was stored then. */
export type AcceptResult =
  | [from: number, receivedAt: number, duplicates: Duplicate[], planned: PlannedNumbers | null]
  | null
  | 'lost';

export function packRequest(request: AcceptRequest): AcceptedLines {
  const { partition, lease = null, collectorId, receivedAt, events, plan } = request;
  const lines = events.map(lineOfEvent).join('\n');
  const hasIdentity = events.some((event) => event.identity !== null);
  const isKeyed = hasIdentity && events.some((event) => event.isKeyed);
  const placeOf = ({ event }: { event: number }) => ({ timeMs: receivedAt, partition, number: event });
  return [
    lines,
    plan === undefined ? null : packPlan(plan, placeOf),
    partition,
    collectorId,
    receivedAt,
    events.length,
    hasIdentity ? events.map((event) => event.identity) : null,
    isKeyed ? events.flatMap((event, index) => (event.isKeyed ? index : [])) : null,
    lease,
  ];
}

function packPlan(
  { deliveries, lease, now, passed }: IntakePlan,
  placeOf: (one: { event: number }) => EventPlace,
): AcceptedPlan {
  const planned = packPlanned(deliveries, placeOf);
  return passed === undefined ? [planned, lease, now] : [planned, lease, now, packPassed(passed, placeOf)];
}

/** The size of a packed request, for the byte limit of the queue. */
export const bytesOf = ([lines, plan]: AcceptedLines): number => {
  const [planned = ''] = plan ?? [];
  return lines.length + planned.length;
};

/** Throws AppError `idempotency_key_reused`. */
export function acceptedOf({ partition, events, plan }: AcceptRequest, result: AcceptResult): Accepted {
  if (result === null) throw new AppError('idempotency_key_reused');
  if (result === 'lost') throw new PartitionLost();
  const [from, receivedAt, duplicates, planned] = result;
  const deliveries = plan?.deliveries ?? [];
  if (duplicates.length === 0) {
    const ids = events.map((_, index) => placedId('event', { timeMs: receivedAt, partition, number: from + index }));
    const ofPlan = planned && deliveryIds(planned, deliveries.length);
    return { ids, duplicates: [], usedIds: 0, from, receivedAt, planned: ofPlan };
  }
  const known = new Map(duplicates.map(([index, place]) => [index, place]));
  let number = from;
  const ids = events.map((_, index) =>
    placedId('event', known.get(index) ?? { timeMs: receivedAt, partition, number: number++ }),
  );
  const news = deliveries.filter(({ event }) => !known.has(event));
  return {
    ids,
    duplicates: duplicates.map(([index]) => index),
    usedIds: duplicates.filter(([, , isOther]) => isOther).length,
    from,
    receivedAt,
    planned: planned && deliveryIds(planned, news.length),
  };
}
