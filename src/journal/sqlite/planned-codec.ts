import { placedId } from '../../contract/ids.ts';
import type { EventPlace } from '../codec/event-codec.ts';
import type { PassedDelivery, PlannedDelivery, TakenDelivery } from '../journal.ts';
import { deliveryId } from './delivery-id-codec.ts';

/**
 * Planned deliveries that differ only in their event, so that one statement creates many of them. `event` is the place of
 * the first event; null: none has one. For each delivery, `places` has its index among the deliveries that are planned
 * together, times `indexUnit`, plus the number of its event from that place on.
 */
export type PlannedGroup = {
  delivery: Omit<PlannedDelivery, 'eventId'>;
  event: EventPlace | null;
  places: number[];
};

/** 2^24: a place is exact in a double for 2^29 deliveries. */
export const indexUnit = 0x1_00_00_00;
/** A delivery is compared with this many groups. */
const groupsMax = 16;
/** The first of consecutive rows of deliveries, and the creation time of all of them. */
export type PlannedNumbers = [first: number, createdAt: number];

/**
 * Deliveries in groups, as JSON, which crosses threads in half of the time of objects. `eventOf` returns the place of the
 * event of each.
 */
export function packPlanned<D extends Omit<PlannedDelivery, 'eventId'>>(
  deliveries: readonly D[],
  eventOf: (delivery: D) => EventPlace | null,
): string {
  return JSON.stringify(grouped(deliveries.map((delivery) => ({ delivery, event: eventOf(delivery) }))));
}

type Planned = Pick<PlannedGroup, 'delivery' | 'event'>;

function grouped(all: readonly Planned[]): PlannedGroup[] {
  const groups: PlannedGroup[] = [];
  all.forEach(({ delivery, event }, index) => {
    let found: PlannedGroup | undefined;
    for (let at = groups.length - 1; at >= Math.max(0, groups.length - groupsMax) && found === undefined; at--) {
      const group = groups[at];
      if (group !== undefined && fits(group, delivery, event)) found = group;
    }
    if (found === undefined) {
      found = { delivery, event, places: [] };
      groups.push(found);
    }
    found.places.push(index * indexUnit + (event?.number ?? 0) - (found.event?.number ?? 0));
  });
  return groups;
}

/** The groups without the deliveries of the events that `isGone`; `moved` returns the new place of another event. */
export function withoutEvents(
  groups: readonly PlannedGroup[],
  isGone: (event: number) => boolean,
  moved: (event: EventPlace) => EventPlace,
): PlannedGroup[] {
  const kept = plannedOf(groups).filter(({ event }) => event === null || !isGone(event.number));
  return grouped(kept.map(({ delivery, event }) => ({ delivery, event: event && moved(event) })));
}

/** The deliveries of groups, in the order in which they were planned. */
export function plannedOf(groups: readonly PlannedGroup[]): Planned[] {
  const all = groups.flatMap(({ delivery, event, places }) =>
    places.map((place) => ({
      index: Math.floor(place / indexUnit),
      delivery,
      event: event && { ...event, number: event.number + (place % indexUnit) },
    })),
  );
  return all.sort((a, b) => a.index - b.index).map(({ delivery, event }) => ({ delivery, event }));
}

function fits({ delivery: a, event: first }: PlannedGroup, b: PlannedGroup['delivery'], event: EventPlace | null) {
  const isSameGroup =
    first === null || event === null
      ? first === event
      : first.timeMs === event.timeMs &&
        first.partition === event.partition &&
        event.number >= first.number &&
        event.number - first.number < indexUnit;
  return (
    isSameGroup &&
    a.destinationId === b.destinationId &&
    a.actionId === b.actionId &&
    a.actionVersion === b.actionVersion &&
    a.destinationVersion === b.destinationVersion &&
    a.connectionId === b.connectionId &&
    a.dueAt === b.dueAt &&
    a.test === b.test &&
    a.orderKey === b.orderKey
  );
}

/** The ids of deliveries that were created together. */
export const deliveryIds = ([first, createdAt]: PlannedNumbers, count: number): string[] =>
  Array.from({ length: count }, (_, index) => deliveryId(createdAt, first + index));

/** Deliveries for one partition: PlannedGroup[] as text. */
export type PackedPassed = [target: number, groups: string];

/** By partition. */
export function packPassed<D extends Omit<PassedDelivery, 'eventId'>>(
  deliveries: readonly D[],
  eventOf: (delivery: D) => EventPlace | null,
): PackedPassed[] {
  return [...Map.groupBy(deliveries, ({ partition }) => partition)].map(([target, some]) => [
    target,
    packPlanned(some, eventOf),
  ]);
}

/** The deliveries as they were created. */
export function takenOf({ created }: { created: readonly Created[] }): TakenDelivery[] {
  return created.flatMap(({ groups, planned, replayId }) => {
    const all = plannedOf(groups);
    const ids = deliveryIds(planned, all.length);
    return all.map(({ delivery, event }, index) => ({
      ...delivery,
      id: ids[index] ?? '',
      eventId: event && placedId('event', event),
      ...(replayId !== null && { replayId }),
    }));
  });
}

/** The deliveries of one plan, and the rows that they have. */
export type Created = { groups: PlannedGroup[]; planned: PlannedNumbers; replayId: string | null };
