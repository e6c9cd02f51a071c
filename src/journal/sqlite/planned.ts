import type { Db } from '../../sqlite/db.ts';
import type { PlannedDelivery } from '../journal.ts';
import { deliveryId, rowsOf } from './delivery-id-codec.ts';
import type { EventPlace } from './event-codec.ts';
import { internText, targetNumber } from './interned-ids.ts';
import { enqueueOrdered } from './order-queue.ts';
import { deliveryTimeline, nextTime, type Timeline } from './timeline.ts';

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
const indexUnit = 0x1_00_00_00;
/** A delivery is compared with this many groups. */
const groupsMax = 16;
/** Fewer rows are faster one by one. */
const rowsAtOnceMin = 4;

/** The first of consecutive rows of deliveries, and the creation time of all of them. */
export type PlannedNumbers = [first: number, createdAt: number];

/**
 * Deliveries in groups, as JSON, which crosses threads in half of the time of objects. `eventOf` returns the place of the
 * event of each. Called on the main thread.
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

const into = `INSERT INTO delivery (number, created_at, event, event_at, action, action_version, target,
  destination_version, due_at, test)`;
const values = (place: string) =>
  `?1 + (${place} >> 24), ?2, (?3 << 48) | (?4 + (${place} & ${indexUnit - 1})), ?5, ?6, ?7, ?8, ?9, ?10, ?12`;
const insertOne = `${into} VALUES (${values('?11')})`;
const insertMany = `${into} SELECT ${values('value')} FROM json_each(?11)`;

/** Creates the deliveries of some groups in a partition. */
export function insertPlanned(
  db: Db,
  partition: number,
  groups: readonly PlannedGroup[],
  now: number,
  replayId = '',
): PlannedNumbers {
  const clock = deliveryClock(db, partition);
  if (groups.length === 0) return [clock.next, now];
  const createdAt = nextTime(db, clock.timeline, { number: clock.next, at: clock.last_at }, now);
  const first = clock.next;
  const ordered: [number: number, key: number][] = [];
  for (const { delivery, event, places } of groups) {
    const { orderKey } = delivery;
    const row = (place: number | string) =>
      [
        first,
        createdAt,
        event?.partition ?? null,
        event?.number ?? null,
        event?.timeMs ?? null,
        internText(db, delivery.actionId),
        delivery.actionVersion,
        targetNumber(db, {
          partition,
          destination: delivery.destinationId,
          connection: delivery.connectionId,
          replay: replayId,
        }),
        delivery.destinationVersion,
        delivery.dueAt,
        place,
        delivery.test ? 1 : 0,
      ] as const;
    if (places.length >= rowsAtOnceMin) db.run(insertMany, ...row(JSON.stringify(places)));
    else for (const place of places) db.run(insertOne, ...row(place));
    if (orderKey !== undefined)
      for (const place of places) ordered.push([first + Math.floor(place / indexUnit), orderKey]);
    clock.next += places.length;
  }
  for (const [number, key] of ordered.sort(([a], [b]) => a - b)) enqueueOrdered(db, number, key);
  if (clock.next > first) {
    clock.last_at = createdAt;
    saveClock(db, clock);
  }
  return [first, createdAt];
}

/** The next delivery of a partition is created at `now` or later, if the clock was set back to it. */
export function setDeliveriesBack(db: Db, partition: number, now: number): void {
  const clock = deliveryClock(db, partition);
  const at = nextTime(db, clock.timeline, { number: clock.next, at: clock.last_at }, now);
  if (at >= clock.last_at) return;
  clock.last_at = at;
  saveClock(db, clock);
}

/** The next row and the last creation time of a partition. */
type Clock = { partition: number; next: number; last_at: number; timeline: Timeline; isChanged: boolean };

function deliveryClock(db: Db, partition: number): Clock {
  return db.keepIn('deliveryClocks', partition, () => {
    const sql = 'SELECT next, last_at FROM delivery_partition WHERE partition = ?';
    const row = db.get<{ next: number; last_at: number }>(sql, partition);
    const { next, last_at } = row ?? { next: rowsOf(partition).first + 1, last_at: 0 };
    return { partition, next, last_at, timeline: deliveryTimeline(partition), isChanged: false };
  });
}

/** Once per transaction. */
function saveClock(db: Db, clock: Clock) {
  if (clock.isChanged) return;
  clock.isChanged = true;
  db.beforeCommit(() => {
    clock.isChanged = false;
    const sql = 'INSERT OR REPLACE INTO delivery_partition (partition, next, last_at) VALUES (?, ?, ?)';
    db.run(sql, clock.partition, clock.next, clock.last_at);
  });
}

/** The ids of deliveries that were created together. */
export const deliveryIds = ([first, createdAt]: PlannedNumbers, count: number): string[] =>
  Array.from({ length: count }, (_, index) => deliveryId(createdAt, first + index));
