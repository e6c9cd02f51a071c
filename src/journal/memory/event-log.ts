import { AppError } from '../../contract/errors.ts';
import { placedId, placeOf } from '../../contract/ids.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import type { ErasedBy } from '../erasures.ts';
import {
  type Accepted,
  type AcceptRequest,
  type EventSearch,
  type EventSearchPage,
  identityMemoryMs,
  type PlacedEvent,
} from '../journal.ts';

/** The events of one request: they have one time and leave together. */
export type EventGroup = {
  partition: number;
  first: number;
  receivedAt: number;
  collectorId: string;
  /** null: it was erased. */
  events: (IncomingEvent | null)[];
  bytes: number;
};

type Partition = { groups: EventGroup[]; next: number; position: number; lastAt: number };

/** The append-only log of events in memory, with positions and the memory of identities. */
export function eventLog() {
  const partitions = new Map<number, Partition>();
  const seen = new Map<string, { id: string; at: number }>();
  let isFull = false;

  const partitionOf = (number: number): Partition => {
    let found = partitions.get(number);
    if (found === undefined) {
      found = { groups: [], next: 0, position: 0, lastAt: 0 };
      partitions.set(number, found);
    }
    return found;
  };

  const accept = (request: AcceptRequest): Omit<Accepted, 'planned'> => {
    const partition = partitionOf(request.partition);
    const receivedAt = Math.max(request.receivedAt, partition.lastAt);
    const from = partition.next;
    const events: IncomingEvent[] = [];
    const duplicates: number[] = [];
    const ids = request.events.map((event, index) => {
      const key = event.identity === null ? null : JSON.stringify([request.collectorId, event.identity]);
      const first = key === null ? undefined : seen.get(key);
      if (first !== undefined && receivedAt - first.at < identityMemoryMs) {
        duplicates.push(index);
        return first.id;
      }
      const id = placedId('event', {
        timeMs: receivedAt,
        partition: request.partition,
        number: from + events.length,
      });
      if (key !== null) seen.set(key, { id, at: receivedAt });
      const { sent: _, ...kept } = event;
      events.push(kept);
      return id;
    });
    if (events.length > 0) {
      const { collectorId } = request;
      const bytes = JSON.stringify(events).length;
      partition.groups.push({ partition: request.partition, first: from, receivedAt, collectorId, events, bytes });
      partition.next += events.length;
      partition.lastAt = receivedAt;
    }
    return { ids, duplicates, from, receivedAt };
  };

  const event = (id: string): Event | null => {
    const place = placeOf('event', id);
    if (place === null) return null;
    const group = partitions
      .get(place.partition)
      ?.groups.find((one) => one.first <= place.number && place.number < one.first + one.events.length);
    const found = group?.events[place.number - group.first];
    return group !== undefined && found != null && group.receivedAt === place.timeMs
      ? placed(group, found, place.number)
      : null;
  };

  return {
    event,
    accept(request: AcceptRequest): Omit<Accepted, 'planned'> {
      if (isFull) throw new AppError('storage_full');
      return accept(request);
    },
    position: (partition: number) => partitionOf(partition).position,
    advance({ partition, from, to }: { partition: number; from: number; to: number }): boolean {
      const found = partitionOf(partition);
      if (found.position !== from) return false;
      found.position = to;
      return true;
    },
    read(query: { partition: number; from: number; limit: number }): { events: PlacedEvent[]; to: number } {
      const events: PlacedEvent[] = [];
      for (const one of everyEvent(partitionOf(query.partition).groups))
        if (one.offset >= query.from && events.length < query.limit) events.push(one);
      return { events, to: (events.at(-1)?.offset ?? query.from - 1) + 1 };
    },
    search(query: EventSearch): EventSearchPage {
      const { receivedAfter = 0, receivedBefore = Number.POSITIVE_INFINITY } = query;
      const all = [...partitions.values()].flatMap((one) => [
        ...everyEvent(
          one.groups.filter((group) => group.receivedAt >= receivedAfter && group.receivedAt < receivedBefore),
        ),
      ]);
      const isNewer = query.after !== undefined;
      const events = page(
        all.map((one) => one.event),
        query,
        'event',
      );
      if (isNewer) events.reverse();
      const found: Event[] = [];
      for (const [index, one] of events.entries()) {
        if (isSought(one, query)) found.push(one);
        if (found.length < query.limit && index + 1 < query.lookedMost) continue;
        return { events: isNewer ? found.reverse() : found, reached: one.id, looked: index + 1, lookedBytes: 0 };
      }
      return { events: isNewer ? found.reverse() : found, reached: null, looked: events.length, lookedBytes: 0 };
    },
    /** Groups that are matched, oldest first. */
    matchedGroups: () =>
      [...partitions.values()]
        .flatMap((one) => one.groups.filter((group) => group.first + group.events.length <= one.position))
        .sort((a, b) => a.receivedAt - b.receivedAt),
    remove(group: EventGroup) {
      const partition = partitionOf(group.partition);
      partition.groups = partition.groups.filter((one) => one !== group);
    },
    /** The events of somebody. */
    sought: (by: ErasedBy): Event[] =>
      [...partitions.values()]
        .flatMap(({ groups }) => [...everyEvent(groups)])
        .map((one) => one.event)
        .filter((one) => isSought(one, { limit: 0, lookedMost: 0, ...by })),
    /** The offset after the last event of each partition. */
    ends: (): Map<number, number> => new Map(Array.from(partitions, ([partition, { next }]) => [partition, next])),
    /** Blanks events, and forgets the identities that lead to them. */
    erase(ids: ReadonlySet<string>) {
      for (const [key, { id }] of seen) if (ids.has(id)) seen.delete(key);
      for (const { groups } of partitions.values())
        for (const { offset, event: found } of [...everyEvent(groups)])
          if (ids.has(found.id)) {
            const group = groups.find((one) => one.first <= offset && offset < one.first + one.events.length);
            if (group !== undefined) group.events[offset - group.first] = null;
          }
    },
    bytes: () => [...partitions.values()].flatMap((one) => one.groups).reduce((sum, one) => sum + one.bytes, 0),
    setFull(value: boolean) {
      isFull = value;
    },
  };
}

function isSought(event: Event, query: EventSearch): boolean {
  const { name, visitorId, collectorId, parameter, value, trace } = query;
  return (
    (name === undefined || event.name === name) &&
    (visitorId === undefined || event.visitorId === visitorId) &&
    (collectorId === undefined || event.source.collectorId === collectorId) &&
    (parameter === undefined || Object.hasOwn(event.data, parameter)) &&
    (parameter === undefined || value === undefined || event.data[parameter] === value) &&
    (trace === undefined || event.ext['trace'] === trace)
  );
}

/**
 * Sorts newest first and cuts to the side of the cursor that is asked for, nearest to it last or first; the limit is
 * applied by `nearest` after filtering.
 */
export function page<T extends { id: string }>(
  all: T[],
  query: { before?: string; after?: string },
  kind: 'event' | 'delivery',
): T[] {
  const { before, after } = query;
  for (const cursor of [before, after]) if (cursor !== undefined && placeOf(kind, cursor) === null) return [];
  return all
    .filter((one) => (before === undefined || one.id < before) && (after === undefined || one.id > after))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** The `limit` items of a page that are nearest to its cursor. */
export function nearest<T>(items: T[], query: { limit: number; after?: string }): T[] {
  return query.after === undefined ? items.slice(0, query.limit) : items.slice(-query.limit);
}

function* everyEvent(groups: EventGroup[]): Generator<PlacedEvent> {
  for (const group of groups)
    for (const [index, event] of group.events.entries()) {
      const offset = group.first + index;
      if (event !== null) yield { offset, event: placed(group, event, offset) };
    }
}

function placed(group: EventGroup, { identity: _, source, ...event }: IncomingEvent, offset: number): Event {
  return {
    ...event,
    id: placedId('event', { timeMs: group.receivedAt, partition: group.partition, number: offset }),
    receivedAt: new Date(group.receivedAt).toISOString(),
    source: { collectorId: group.collectorId, format: source.format },
  };
}
