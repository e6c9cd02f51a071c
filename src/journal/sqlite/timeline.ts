import type { Db } from '../../sqlite/db.ts';
import { clockToleranceMs } from '../hot.ts';
import { rowsOf } from './delivery-id-codec.ts';
import { neighbouringGroup, offsetMask } from './event-groups.ts';

/** With more breaks in one log, which takes a clock that is set back every few minutes for a month, times stay, too. */
const breaksMax = 10_000;

/** Numbers from `low` up to `high`, exclusive. */
export type Span = [low: number, high: number];

/** Consecutive numbers of a log in which times never go back. */
type Stretch = { low: number; high: number; beganAt: number; endedAt: number };

/** An entry of a log: its number, the number after it, and its time. An event group is one entry. */
type Entry = { number: number; next: number; at: number };

/** One of the logs that are ordered by number: the events of a partition, or its deliveries. */
export type Timeline = {
  /** In `clock_break`. */
  id: number;
  /** The numbers that entries can have: from `low` up to `high`, exclusive. */
  low: number;
  high: number;
  /** The number after the newest entry; `low` without one. */
  end(db: Db): number;
  /** The first entry at a number or after it. */
  from(db: Db, number: number): Entry | undefined;
};

/** The partitions that have had deliveries, and 0. */
export const deliveryPartitions = (db: Db): number[] =>
  db
    .all<{ partition: number }>('SELECT partition FROM delivery_partition ORDER BY partition')
    .map((row) => row.partition);

export function deliveryTimeline(partition: number): Timeline {
  const { first: low, end: high } = rowsOf(partition);
  return {
    id: -1 - partition,
    low,
    high,
    end(db) {
      const sql = 'SELECT number FROM delivery WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT 1';
      return (db.get<{ number: number }>(sql, low, high)?.number ?? low - 1) + 1;
    },
    from(db, number) {
      const sql =
        'SELECT number, created_at AS at FROM delivery WHERE number >= ? AND number < ? ORDER BY number LIMIT 1';
      const row = db.get<{ number: number; at: number }>(sql, number, high);
      return row && { ...row, next: row.number + 1 };
    },
  };
}

export const eventTimeline = (partition: number): Timeline => ({
  id: partition,
  low: 0,
  high: offsetMask + 1,
  end(db) {
    const newest = neighbouringGroup(db, '<=', partition, offsetMask);
    return newest === undefined ? 0 : newest.first + newest.count;
  },
  from(db, number) {
    const group = neighbouringGroup(db, '>=', partition, number);
    return group && { number: group.first, next: group.first + group.count, at: group.received_at };
  },
});

/**
 * The time of a new entry: that of the clock, or the last one while the clock is less than 5 s behind it. When it is
 * further behind, the log gets a break before the entry with this number.
 */
export function nextTime(
  db: Db,
  { id }: Pick<Timeline, 'id'>,
  last: { number: number; at: number },
  now: number,
): number {
  if (now >= last.at) return now;
  if (last.at - now <= clockToleranceMs) return last.at;
  const sql = 'SELECT count(*) AS count FROM clock_break WHERE log = ?';
  if ((db.get<{ count: number }>(sql, id)?.count ?? 0) >= breaksMax) return last.at;
  const noticed = setBackNoticed(db, id < 0 ? -1 - id : id);
  noticed.byMs = Math.max(noticed.byMs, last.at - now);
  db.run(
    'INSERT OR REPLACE INTO clock_break (log, number, ended_at, began_at) VALUES (?, ?, ?, ?)',
    id,
    last.number,
    last.at,
    now,
  );
  return now;
}

/** By how much the clock was set back for a partition, at most, since the last look. */
export const setBackNoticed = (db: Db, partition: number): { byMs: number } =>
  db.keepIn('setBackNoticed', partition, () => ({ byMs: 0 }));

/** The numbers of the entries from the time `from` on and before `to`, ascending; gaps of numbers may be in them. */
export function spansBetween(db: Db, timeline: Timeline, from: number, to: number): Span[] {
  if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return [[timeline.low, timeline.high]];
  const spans: Span[] = [];
  for (const stretch of stretchesOf(db, timeline)) {
    const low =
      stretch.beganAt >= from || from === Number.NEGATIVE_INFINITY ? stretch.low : firstAt(db, timeline, stretch, from);
    const high =
      stretch.endedAt < to || to === Number.POSITIVE_INFINITY ? stretch.high : firstAt(db, timeline, stretch, to);
    if (low >= high) continue;
    const last = spans.at(-1);
    if (last?.[1] === low) last[1] = high;
    else spans.push([low, high]);
  }
  return spans;
}

/**
 * The number before which every entry is older than `before`, whatever the clock showed when it was stored: an entry with
 * a time after `now` is as old as the break after it.
 */
export function agedBefore(db: Db, timeline: Timeline, before: number, now: number): number {
  const stretches = stretchesOf(db, timeline);
  for (const [index, stretch] of stretches.entries()) {
    const first = firstAt(db, timeline, stretch, before);
    const entry = first < stretch.high ? timeline.from(db, first) : undefined;
    if (entry === undefined || entry.number >= stretch.high) continue;
    const next = stretches[index + 1];
    if (entry.at <= now || next === undefined || next.beganAt >= before) return entry.number;
  }
  return timeline.high;
}

/** Times for comparing entries of several logs: they never go back within one. Returns that of an entry. */
export function orderTimes(db: Db, timeline: Pick<Timeline, 'id'>): (number: number, at: number) => number {
  const breaks = breaksOf(db, timeline);
  return (number, at) => {
    let latest = at;
    for (const { number: first, endedAt } of breaks) if (first <= number) latest = Math.max(latest, endedAt);
    return latest;
  };
}

/** The first number from which on the order times are `timeMs` or later. */
export function firstSince(db: Db, timeline: Timeline, timeMs: number): number {
  for (const stretch of stretchesOf(db, timeline)) {
    const number = firstAt(db, timeline, stretch, timeMs);
    if (number < stretch.high || stretch.endedAt >= timeMs) return number;
  }
  return timeline.high;
}

/** Removes the breaks before which there is no entry any more. */
export function forgetBreaks(db: Db, timeline: Timeline): void {
  const oldest = timeline.from(db, timeline.low)?.number;
  if (oldest !== undefined) db.run('DELETE FROM clock_break WHERE log = ? AND number <= ?', timeline.id, oldest);
}

type Break = { number: number; endedAt: number; beganAt: number };

const breaksOf = (db: Db, { id }: Pick<Timeline, 'id'>): Break[] =>
  db.all('SELECT number, ended_at AS endedAt, began_at AS beganAt FROM clock_break WHERE log = ? ORDER BY number', id);

function stretchesOf(db: Db, timeline: Timeline): Stretch[] {
  const stretches: Stretch[] = [];
  let { low } = timeline;
  let beganAt = Number.NEGATIVE_INFINITY;
  for (const one of breaksOf(db, timeline)) {
    stretches.push({ low, high: one.number, beganAt, endedAt: one.endedAt });
    low = one.number;
    ({ beganAt } = one);
  }
  stretches.push({ low, high: timeline.high, beganAt, endedAt: Number.POSITIVE_INFINITY });
  return stretches;
}

/** The first number of a stretch from which on all entries have the time `timeMs` or a later one. */
function firstAt(db: Db, timeline: Timeline, stretch: Stretch, timeMs: number): number {
  let low = Math.min(stretch.high, Math.max(stretch.low, timeline.from(db, timeline.low)?.number ?? timeline.low));
  let high = Math.max(low, Math.min(stretch.high, timeline.end(db)));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = timeline.from(db, middle);
    if (entry === undefined || entry.number >= stretch.high || entry.at >= timeMs) high = middle;
    else low = entry.next;
  }
  return low;
}
