import type { Db } from '../../sqlite/db.ts';
import { type EventLine, type EventPlace, type StoredLines, unpackLines } from '../codec/event-codec.ts';
import type { ReadBudget } from '../codec/read-budget.ts';
import { wordText } from './interned-ids.ts';

/** Mask of the low 48 bits of a place: the offset in its partition. */
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

export function groupAt(db: Db, partition: number, offset: number): GroupRow | undefined {
  const group = neighbouringGroup(db, '<=', partition, offset);
  return group !== undefined && holds(group, offset) ? group : undefined;
}

export const groupAfter = (db: Db, partition: number, offset: number) => neighbouringGroup(db, '>', partition, offset);

/**
 * The nearest group of a partition on one side of an offset. The range is bounded at both ends with one BETWEEN: with a
 * further condition SQLite may start at the wrong end and scan every group in between.
 */
export function neighbouringGroup(db: Db, side: '<' | '<=' | '>' | '>=', partition: number, offset: number) {
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

/** The lines of a group's events in order; '' for an erased event. */
export function linesOfGroup(db: Db, { partition, first }: GroupRow, budget?: ReadBudget): string[] {
  const row = db.get<{ events: StoredLines }>(
    'SELECT events FROM event_group WHERE place = (? << 48) | ?',
    partition,
    first,
  );
  const lines = unpackLines(row?.events ?? '');
  budget?.unpack(lines);
  return lines;
}

/** An event of a group, as its line; null when it was erased. */
export function placedLine(db: Db, group: GroupRow, index: number, lines: readonly string[]): EventLine | null {
  const line = lines[index];
  const collectorId = wordText(db, group.collector) ?? '';
  if (line === undefined) throw new Error(`Event ${group.first + index} is missing in its group.`);
  if (line === '') return null;
  return { timeMs: group.received_at, partition: group.partition, number: group.first + index, collectorId, line };
}

/** Finds events by place. Each group is read once and kept for the life of the finder; `budget` counts its bytes. */
export function eventFinder(db: Db, budget?: ReadBudget): (place: EventPlace) => EventLine | null {
  const known: { group: GroupRow; lines: string[] }[] = [];
  return ({ timeMs, partition, number }) => {
    // Newest first: events are mostly requested in order, so the last group usually matches.
    let found = known.findLast(({ group }) => group.partition === partition && holds(group, number));
    if (found === undefined) {
      const group = groupAt(db, partition, number);
      if (group === undefined) return null;
      found = { group, lines: linesOfGroup(db, group, budget) };
      known.push(found);
    }
    const { group, lines } = found;
    return group.received_at === timeMs ? placedLine(db, group, number - group.first, lines) : null;
  };
}

const holds = ({ first, count }: GroupRow, offset: number) => first <= offset && offset < first + count;
