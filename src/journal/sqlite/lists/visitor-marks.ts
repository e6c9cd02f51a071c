import type { Db } from '../../../sqlite/db.ts';
import { segmentEvents, visitorMark, visitorOfLine } from '../../codec/event-codec.ts';
import { groupAfter, groupAt, linesOfGroup, neighbouringGroup, offsetMask } from '../event-groups.ts';
import type { IndexRange } from './delivery-streams.ts';
import {
  clear,
  mark,
  marksFrom,
  nearestPlace,
  noMarks,
  placesOf,
  type SegmentMarks,
  storedMarks,
} from './segment-marks-codec.ts';

/** A segment of the log: its partition, and the offset of its first event, a multiple of `segmentEvents`. */
type Segment = { partition: number; first: number };

/** With more events than this, a search that examines each delivery is as fast. */
const eventsMax = 10_000;

export const visitorMarkOperations = {
  keepVisitorMarks(db: Db, { partition, first, marks }: Segment & { marks: Uint8Array }): void {
    db.run('INSERT OR REPLACE INTO visitor_marks (place, marks) VALUES ((? << 48) | ?, ?)', partition, first, marks);
    const erased = db.all<{ at: number }>(
      `SELECT place & ${offsetMask} AS at FROM erased_event WHERE place BETWEEN (?1 << 48) | ?2 AND (?1 << 48) | ?3`,
      partition,
      first,
      first + segmentEvents - 1,
    );
    const offsets = erased.map(({ at }) => at);
    unmark(db, partition, offsets);
  },

  /** The newest complete segments without marks, at most `limit`. */
  unmarkedSegments(db: Db, limit: number): Segment[] {
    return partitionsOf(db).flatMap(({ partition, next, oldest }) => {
      const marked = new Set(segmentsOf(db, partition).map(({ first }) => first));
      const missing: Segment[] = [];
      for (let first = segmentStart(next) - segmentEvents; first + segmentEvents > oldest; first -= segmentEvents) {
        if (missing.length === limit) break;
        if (!marked.has(first)) missing.push({ partition, first });
      }
      return missing;
    });
  },

  /** The marks of a segment, from its stored events. */
  visitorMarksOf(db: Db, { partition, first }: Segment): Uint8Array {
    const marks = noMarks();
    let group = groupAt(db, partition, first) ?? groupAfter(db, partition, first);
    while (group !== undefined && group.first < first + segmentEvents) {
      for (const [index, line] of linesOfGroup(db, group).entries()) {
        const at = group.first + index - first;
        if (at >= 0 && at < segmentEvents) mark(marks, at, visitorOfLine(line));
      }
      group = groupAfter(db, partition, group.first);
    }
    return storedMarks(marks);
  },

  /** Removes the marks of segments that have no events any more. */
  forgetVisitorMarks(db: Db, _: null): void {
    for (const { partition, oldest } of partitionsOf(db))
      db.run(
        'DELETE FROM visitor_marks WHERE place >= (?1 << 48) AND place < ((?1 << 48) | ?2)',
        partition,
        segmentStart(oldest),
      );
  },
};

/** Removes the marks of events that are erased. */
export function unmark(db: Db, partition: number, offsets: readonly number[]): void {
  const sql = 'UPDATE visitor_marks SET marks = ? WHERE place = (? << 48) | ?';
  for (const [first, erased] of Map.groupBy(offsets, segmentStart)) {
    const marks = marksOf(db, { partition, first });
    if (marks === null) continue;
    for (const offset of erased) clear(marks, offset - first);
    db.run(sql, storedMarks(marks), partition, first);
  }
}

const segmentStart = (offset: number) => offset - (offset % segmentEvents);

/** A partition with the offsets of its oldest and next events. */
export type PartitionBounds = { partition: number; next: number; oldest: number };

export function partitionsOf(db: Db): PartitionBounds[] {
  return db
    .all<{ partition: number; next: number }>('SELECT partition, next FROM event_partition')
    .map((row) => ({ ...row, oldest: neighbouringGroup(db, '>=', row.partition, 0)?.first ?? row.next }));
}

/** The segments of a partition that have marks, newest first. */
function segmentsOf(db: Db, partition: number): { first: number }[] {
  return db.all(
    `SELECT place & ${offsetMask} AS first FROM visitor_marks
     WHERE place BETWEEN (?1 << 48) AND (?1 << 48) | ${offsetMask} ORDER BY place DESC`,
    partition,
  );
}

function marksOf(db: Db, { partition, first }: Segment): SegmentMarks | null {
  const sql = 'SELECT marks FROM visitor_marks WHERE place = (? << 48) | ?';
  const marks = db.get<{ marks: Uint8Array }>(sql, partition, first)?.marks;
  return marks === undefined ? null : marksFrom(marks);
}

/**
 * Where the deliveries of a visitor can be: those of events with the visitor's mark, and of segments without marks. null:
 * these are too many.
 */
export function eventsOfVisitor(db: Db, visitorId: string): IndexRange[] | null {
  const sought = visitorMark(visitorId);
  const ranges: IndexRange[] = [];
  let count = 0;
  for (const { partition, next, oldest } of partitionsOf(db)) {
    const offsets: number[] = [];
    for (let first = segmentStart(next); first + segmentEvents > oldest; first -= segmentEvents) {
      const marks = marksOf(db, { partition, first });
      if (marks === null) {
        ranges.push({
          index: 'delivery_event',
          sql: 'event BETWEEN (? << 48) | ? AND (? << 48) | ?',
          values: [partition, first, partition, first + segmentEvents - 1],
        });
        count += segmentEvents;
      } else
        for (const at of placesOf(marks, sought)) {
          offsets.push(first + at);
          count += 1;
        }
      if (count > eventsMax) return null;
    }
    const sql = 'event IN (SELECT (? << 48) | value FROM json_each(?))';
    if (offsets.length > 0) ranges.push({ index: 'delivery_event', sql, values: [partition, JSON.stringify(offsets)] });
  }
  return ranges;
}

/**
 * The nearest event from an offset on, in one direction, that may be of the visitor with this mark; null: there is none.
 */
export function nearestMarked(
  db: Db,
  { partition, oldest, next }: PartitionBounds,
  { from, isNewer, mark: sought }: { from: number; isNewer: boolean; mark: number },
): number | null {
  const step = isNewer ? segmentEvents : -segmentEvents;
  for (let first = segmentStart(from); first < next && first + segmentEvents > oldest; first += step) {
    const marks = marksOf(db, { partition, first });
    const edge = isNewer ? Math.max(from, first) : Math.min(from, first + segmentEvents - 1);
    if (marks === null) return edge;
    const at = nearestPlace(marks, sought, edge - first, isNewer);
    if (at >= 0) return first + at;
  }
  return null;
}
