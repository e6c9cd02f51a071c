import type { Db } from '../../../sqlite/db.ts';
import { readBudget } from '../../../sqlite/read-budget.ts';
import type { EventSearch } from '../../journal.ts';
import { type EventLine, type EventPlace, lineMatcher, type Sought, visitorMark } from '../event-codec.ts';
import {
  eventFinder,
  type GroupRow,
  groupAfter,
  groupAt,
  linesOfGroup,
  neighbouringGroup,
  offsetMask,
  placedLine,
} from '../event-groups.ts';
import { findWord } from '../interned-ids.ts';
import { nearestMarked, type PartitionBounds, partitionsOf } from './visitor-marks.ts';

const unknownWord = -1;

export const eventOperations = {
  readEvents(db: Db, { partition, from, limit }: { partition: number; from: number; limit: number }): EventLine[] {
    db.flush();
    const found: EventLine[] = [];
    const budget = readBudget();
    let next = from;
    while (found.length < limit && !budget.isAnswered) {
      const group = groupAt(db, partition, next) ?? groupAfter(db, partition, next);
      if (group === undefined) break;
      const lines = linesOfGroup(db, group);
      for (let i = Math.max(0, next - group.first); i < group.count && found.length < limit; i++) {
        if (budget.isAnswered) break;
        const line = placedLine(db, group, i, lines);
        if (line === null) continue;
        found.push(line);
        budget.answer(line.line);
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
        budget.answer(line?.line ?? null);
        looked += 1;
        reached = place;
        if (found.length === query.limit || looked === query.lookedMost || budget.isAnswered) return end(place);
      }
    }
    return end(null);
  },
};

type FoundEvents = { lines: EventLine[]; reached: EventPlace | null; looked: number; lookedBytes: number };

type EventSearchQuery = Omit<EventSearch, 'before' | 'after' | 'name'> &
  Sought & { before: EventPlace | null; after: EventPlace | null };

/**
 * The groups of all partitions from the cursor on and within the requested times, in the order of ids (newest first, or
 * oldest first with `after`).
 */
function* groupsFrom(db: Db, query: EventSearchQuery): Generator<GroupRow> {
  const { after, receivedAfter = 0, receivedBefore = Number.POSITIVE_INFINITY } = query;
  const side = after === null ? '<' : '>';
  const partitions = new Map(partitionsOf(db).map((one) => [one.partition, one]));
  const marked = (group: GroupRow | undefined) =>
    markedGroup(db, query, group && partitions.get(group.partition), group);
  const heads = [...partitions.keys()].map((partition) => marked(firstGroup(db, partition, query)));
  for (;;) {
    const head = heads.filter((one) => one !== undefined).sort(after === null ? newestFirst : oldestFirst)[0];
    if (head === undefined || head.received_at < receivedAfter || head.received_at >= receivedBefore) return;
    yield head;
    heads[heads.indexOf(head)] = marked(neighbouringGroup(db, side, head.partition, head.first));
  }
}

/** A group, or the next one in the direction of the search that may have events of the visitor. */
function markedGroup(
  db: Db,
  { visitorId, after }: EventSearchQuery,
  bounds: PartitionBounds | undefined,
  group: GroupRow | undefined,
): GroupRow | undefined {
  if (visitorId === undefined || bounds === undefined || group === undefined) return group;
  const { partition, first, count } = group;
  const isNewer = after !== null;
  const from = isNewer ? first : first + count - 1;
  const offset = nearestMarked(db, bounds, { from, isNewer, mark: visitorMark(visitorId) });
  if (offset === null) return undefined;
  return groupAt(db, partition, offset) ?? neighbouringGroup(db, isNewer ? '>' : '<', partition, offset);
}

/**
 * The first group to search in a partition. The cursor's own group is read again, since the cursor can be inside it.
 */
function firstGroup(db: Db, partition: number, query: EventSearchQuery): GroupRow | undefined {
  const { before, after, receivedAfter, receivedBefore } = query;
  const cursor = after ?? before;
  const here = cursor?.partition === partition ? cursor.number : null;
  if (after !== null) {
    const from = Math.max(here ?? 0, receivedAfter === undefined ? 0 : offsetAt(db, partition, receivedAfter));
    return groupAt(db, partition, from) ?? groupAfter(db, partition, from);
  }
  const end = receivedBefore === undefined ? offsetMask : offsetAt(db, partition, receivedBefore) - 1;
  const to = Math.min(here ?? offsetMask, end);
  return to < 0 ? undefined : neighbouringGroup(db, '<=', partition, to);
}

/**
 * The offset of the first event of a partition received at `timeMs` or later; receive times never go back within a
 * partition.
 */
function offsetAt(db: Db, partition: number, timeMs: number): number {
  let low = neighbouringGroup(db, '>=', partition, 0)?.first ?? 0;
  const newest = neighbouringGroup(db, '<=', partition, offsetMask);
  let high = newest === undefined ? 0 : newest.first + newest.count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const group = neighbouringGroup(db, '>=', partition, middle);
    if (group === undefined || group.received_at >= timeMs) high = middle;
    else low = group.first + group.count;
  }
  return low;
}

const oldestFirst = (a: GroupRow, b: GroupRow) => a.received_at - b.received_at || a.partition - b.partition;
const newestFirst = (a: GroupRow, b: GroupRow) => oldestFirst(b, a);

const placeIn = ({ partition, first, received_at }: GroupRow, index: number): EventPlace => ({
  timeMs: received_at,
  partition,
  number: first + index,
});

function isBeyond(place: EventPlace, { before, after }: EventSearchQuery): boolean {
  return (before === null || compare(place, before) < 0) && (after === null || compare(place, after) > 0);
}

const compare = (a: EventPlace, b: EventPlace) =>
  a.timeMs - b.timeMs || a.partition - b.partition || a.number - b.number;
