import type { Db } from '../../sqlite/db.ts';
import { type StoredLines, unpackLines } from './lines.ts';
import { findWord, wordText } from './words.ts';

export type EventPlace = { timeMs: number; partition: number; number: number };

/** An event as its worker reads it. */
export type EventLine = EventPlace & { collectorId: string; line: string };

export const eventOperations = {
  readEvents(db: Db, { partition, from, limit }: { partition: number; from: number; limit: number }): EventLine[] {
    const found: EventLine[] = [];
    let next = from;
    while (found.length < limit) {
      const group = groupAt(db, partition, next) ?? groupAfter(db, partition, next);
      if (group === undefined) break;
      const lines = unpackLines(linesOf(db, group));
      for (let i = Math.max(0, next - group.first); i < group.count && found.length < limit; i++)
        found.push(eventLine(db, group, i, lines));
      next = group.first + group.count;
    }
    return found;
  },

  event: (db: Db, place: EventPlace): EventLine | null => eventFinder(db)(place),

  listEvents(db: Db, query: EventListQuery): EventLine[] {
    const isNewer = query.after !== null;
    const found: EventLine[] = [];
    const collector = query.collectorId === null ? null : findWord(db, query.collectorId);
    if (query.collectorId !== null && collector === null) return [];
    for (const group of groupsFrom(db, query)) {
      if (collector !== null && group.collector !== collector) continue;
      const lines = unpackLines(linesOf(db, group));
      for (let step = 0; step < group.count; step++) {
        const index = isNewer ? step : group.count - 1 - step;
        const line = lines[index] ?? '';
        if (!isBeyond(group, index, query) || !lineMatches(line, query)) continue;
        found.push(eventLine(db, group, index, lines));
        if (found.length === query.limit) return isNewer ? found.reverse() : found;
      }
    }
    return isNewer ? found.reverse() : found;
  },
};

export type EventListQuery = {
  limit: number;
  before: EventPlace | null;
  after: EventPlace | null;
  /** What a line begins with when its event has the name that is asked for. */
  lineStart: string | null;
  visitorId: string | null;
  collectorId: string | null;
};

/** Finds events by place; within one finder each group is read once. */
export function eventFinder(db: Db): (place: EventPlace) => EventLine | null {
  const known: { group: GroupRow; lines: string[] }[] = [];
  return ({ timeMs, partition, number }) => {
    // The newest first: events are mostly asked for in order, so that it is nearly always the one.
    let found = known.findLast(({ group }) => group.partition === partition && holds(group, number));
    if (found === undefined) {
      const group = groupAt(db, partition, number);
      if (group === undefined) return null;
      found = { group, lines: unpackLines(linesOf(db, group)) };
      known.push(found);
    }
    const { group, lines } = found;
    return group.received_at === timeMs ? eventLine(db, group, number - group.first, lines) : null;
  };
}

const holds = ({ first, count }: GroupRow, offset: number) => first <= offset && offset < first + count;

/** The low 48 bits of a place: the offset in its partition. */
export const offsetMask = 2 ** 48 - 1;

/** A group without its lines. */
export type GroupRow = {
  partition: number;
  first: number;
  count: number;
  received_at: number;
  collector: number;
};

const groupColumns = `place >> 48 AS partition, place & ${offsetMask} AS first, count, received_at, collector`;

function groupAt(db: Db, partition: number, offset: number): GroupRow | undefined {
  const group = groupBeside(db, '<=', partition, offset);
  return group !== undefined && holds(group, offset) ? group : undefined;
}

const groupAfter = (db: Db, partition: number, offset: number) => groupBeside(db, '>', partition, offset);

/**
 * The nearest group of a partition on one side of an offset. One range from both ends: with a further bound SQLite may
 * start at the wrong one and walk over every group between.
 */
export function groupBeside(db: Db, side: '<' | '<=' | '>' | '>=', partition: number, offset: number) {
  const isBefore = side.startsWith('<');
  const [from, to] = isBefore
    ? [0, side === '<' ? offset - 1 : offset]
    : [side === '>' ? offset + 1 : offset, offsetMask];
  if (from > to) return undefined;
  return db.get<GroupRow>(
    `SELECT ${groupColumns} FROM event_group WHERE place BETWEEN (?1 << 48) | ?2 AND (?1 << 48) | ?3
     ORDER BY place ${isBefore ? 'DESC' : 'ASC'} LIMIT 1`,
    partition,
    from,
    to,
  );
}

function linesOf(db: Db, { partition, first }: GroupRow): StoredLines {
  const row = db.get<{ events: StoredLines }>(
    'SELECT events FROM event_group WHERE place = (? << 48) | ?',
    partition,
    first,
  );
  return row?.events ?? '';
}

function eventLine(db: Db, group: GroupRow, index: number, lines: string[]): EventLine {
  const line = lines[index];
  const collectorId = wordText(db, group.collector) ?? '';
  if (line === undefined) throw new Error(`Event ${group.first + index} is missing in its group.`);
  return { timeMs: group.received_at, partition: group.partition, number: group.first + index, collectorId, line };
}

/** Groups of all partitions from the cursor on, in the order of ids (newest first, or oldest first after `after`). */
function* groupsFrom(db: Db, { before, after }: EventListQuery): Generator<GroupRow> {
  const side = after === null ? '<' : '>';
  const partitions = db.all<{ partition: number }>('SELECT partition FROM event_partition').map((row) => row.partition);
  const heads = partitions.map((partition) => {
    const cursor = after ?? before;
    const isThere = cursor?.partition === partition;
    // A cursor's own group is read again, since the cursor may stand inside it.
    const found = isThere ? groupAt(db, partition, cursor.number) : undefined;
    if (found !== undefined) return found;
    if (isThere) return groupBeside(db, side, partition, cursor.number);
    return after === null ? groupBeside(db, '<=', partition, offsetMask) : groupBeside(db, '>=', partition, 0);
  });
  for (;;) {
    const head = heads.filter((one) => one !== undefined).sort(after === null ? newestFirst : oldestFirst)[0];
    if (head === undefined) return;
    yield head;
    heads[heads.indexOf(head)] = groupBeside(db, side, head.partition, head.first);
  }
}

const oldestFirst = (a: GroupRow, b: GroupRow) => a.received_at - b.received_at || a.partition - b.partition;
const newestFirst = (a: GroupRow, b: GroupRow) => oldestFirst(b, a);

function isBeyond(group: GroupRow, index: number, { before, after }: EventListQuery): boolean {
  const place = { timeMs: group.received_at, partition: group.partition, number: group.first + index };
  return (before === null || compare(place, before) < 0) && (after === null || compare(place, after) > 0);
}

const compare = (a: EventPlace, b: EventPlace) =>
  a.timeMs - b.timeMs || a.partition - b.partition || a.number - b.number;

function lineMatches(line: string, { lineStart, visitorId }: EventListQuery): boolean {
  if (lineStart !== null && !line.startsWith(lineStart)) return false;
  if (visitorId === null) return true;
  // Parsing is slow: only lines that have the text at all are parsed.
  return line.includes(JSON.stringify(visitorId)) && JSON.parse(line)[1] === visitorId;
}
