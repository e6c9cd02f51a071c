import type { Db } from '../../../sqlite/db.ts';
import { type EventLine, type EventPlace, lineMatcher, type Sought, visitorMark } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import type { EventSearch } from '../../journal.ts';
import {
  eventFinder,
  type GroupRow,
  groupAfter,
  groupAt,
  linesOfGroup,
  neighbouringGroup,
  placedLine,
} from '../event-groups.ts';
import { findWord } from '../interned-ids.ts';
import { eventTimeline, orderTimes, spansBetween } from '../timeline.ts';
import { nearestMarked, type PartitionBounds, partitionsOf } from './visitor-marks.ts';

const unknownWord = -1;

export const eventOperations = {
  readEvents(db: Db, { partition, from, limit }: { partition: number; from: number; limit: number }): EventLine[] {
    db.flush();
    const found: EventLine[] = [];
    const budget = readBudget();
    let next = from;
    while (found.length < limit && !budget.isFull) {
      const group = groupAt(db, partition, next) ?? groupAfter(db, partition, next);
      if (group === undefined) break;
      const lines = linesOfGroup(db, group);
      for (let i = Math.max(0, next - group.first); i < group.count && found.length < limit; i++) {
        if (budget.isFull) break;
        const line = placedLine(db, group, i, lines);
        if (line === null) continue;
        found.push(line);
        budget.keep(line.line);
      }
      next = group.first + group.count;
    }
    return found;
  },

  event: (db: Db, place: EventPlace): EventLine | null => eventFinder(db)(place),

  searchEvents(db: Db, query: EventSearchQuery): FoundEvents {
    const isNewer = query.after !== null;
    const found: EventLine[] = [];
    const budget = readBudget();
    const end = (reached: EventPlace | null) => ({
      lines: isNewer ? found.reverse() : found,
      reached,
      looked,
      lookedBytes: budget.unpackedBytes,
    });
    const collector = query.collectorId === undefined ? null : (findWord(db, query.collectorId) ?? unknownWord);
    const matches = lineMatcher(query);
    let looked = 0;
    let reached: EventPlace | null = null;
    for (const group of groupsFrom(db, query)) {
      const isOther = collector !== null && group.collector !== collector;
      // Groups of other collectors count as examined, but are not read.
      if (reached !== null && budget.isUnpacked) return end(reached);
      const lines = isOther ? [] : linesOfGroup(db, group, budget);
      for (let step = 0; step < group.count; step++) {
        const index = isNewer ? step : group.count - 1 - step;
        const place = placeIn(group, index);
        if (!isBeyond(place, query)) continue;
        const line = !isOther && matches(lines[index] ?? '') ? placedLine(db, group, index, lines) : null;
        if (line !== null) found.push(line);
        budget.keep(line?.line ?? null);
        looked += 1;
        reached = place;
        if (found.length === query.limit || looked === query.lookedMax || budget.isFull) return end(place);
      }
    }
    return end(null);
  },
};

type FoundEvents = { lines: EventLine[]; reached: EventPlace | null; looked: number; lookedBytes: number };

type EventSearchQuery = Omit<EventSearch, 'before' | 'after' | 'name'> &
  Sought & { before: EventPlace | null; after: EventPlace | null };

/**
 * The groups of all partitions from the cursor on and within the requested times, newest first, or oldest first with
 * `after`: those of a partition by offset.
 */
function* groupsFrom(db: Db, query: EventSearchQuery): Generator<GroupRow> {
  const ofPartitions = partitionsOf(db).map((bounds) => {
    const groups = groupsOf(db, query, bounds);
    return { groups, timeOf: orderTimes(db, eventTimeline(bounds.partition)), head: groups.next().value };
  });
  const sign = query.after === null ? -1 : 1;
  for (;;) {
    const heads = ofPartitions.flatMap(({ groups, timeOf, head }, index) =>
      head === undefined ? [] : { groups, head, index, at: timeOf(head.first, head.received_at) },
    );
    const [next] = heads.sort((a, b) => sign * (a.at - b.at || a.head.partition - b.head.partition));
    if (next === undefined) return;
    yield next.head;
    const one = ofPartitions[next.index];
    if (one !== undefined) one.head = next.groups.next().value;
  }
}

/** A group, or the next one in the direction of the search that may have events of the visitor. */
function markedGroup(
  db: Db,
  { visitorId, after }: EventSearchQuery,
  bounds: PartitionBounds,
  group: GroupRow | undefined,
): GroupRow | undefined {
  if (visitorId === undefined || group === undefined) return group;
  const { partition, first, count } = group;
  const isNewer = after !== null;
  const from = isNewer ? first : first + count - 1;
  const offset = nearestMarked(db, bounds, { from, isNewer, mark: visitorMark(visitorId) });
  if (offset === null) return undefined;
  return groupAt(db, partition, offset) ?? neighbouringGroup(db, isNewer ? '>' : '<', partition, offset);
}

/** The groups of a partition within the requested times, from the cursor on in the direction of the search. */
function* groupsOf(db: Db, query: EventSearchQuery, bounds: PartitionBounds): Generator<GroupRow, undefined> {
  const { before, after } = query;
  const { receivedAfter = Number.NEGATIVE_INFINITY, receivedBefore = Number.POSITIVE_INFINITY } = query;
  const { partition } = bounds;
  const isNewer = after !== null;
  const cursor = after ?? before;
  // The group of the cursor is read again, since the cursor can be inside it.
  const here = cursor?.partition === partition ? cursor.number : null;
  const spans = spansBetween(db, eventTimeline(partition), receivedAfter, receivedBefore);
  for (const [low, high] of isNewer ? spans : spans.reverse()) {
    const at = isNewer ? Math.max(low, here ?? low) : Math.min(high - 1, here ?? high - 1);
    const first = isNewer
      ? (groupAt(db, partition, at) ?? groupAfter(db, partition, at))
      : neighbouringGroup(db, '<=', partition, at);
    const isWithin = (group: GroupRow) => group.first < high && group.first + group.count > low;
    let group = markedGroup(db, query, bounds, first);
    while (group !== undefined && isWithin(group)) {
      yield group;
      group = markedGroup(db, query, bounds, neighbouringGroup(db, isNewer ? '>' : '<', partition, group.first));
    }
  }
}

const placeIn = ({ partition, first, received_at }: GroupRow, index: number): EventPlace => ({
  timeMs: received_at,
  partition,
  number: first + index,
});

function isBeyond(place: EventPlace, { before, after }: EventSearchQuery): boolean {
  return (before === null || compare(place, before) < 0) && (after === null || compare(place, after) > 0);
}

/** Offsets order the events of a partition, also when the clock was set back between them. */
const compare = (a: EventPlace, b: EventPlace) =>
  a.partition === b.partition
    ? a.number - b.number || a.timeMs - b.timeMs
    : a.timeMs - b.timeMs || a.partition - b.partition;
