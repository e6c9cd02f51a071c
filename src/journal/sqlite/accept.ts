import type { Db } from '../../sqlite/db.ts';
import { type EventPlace, hasSameData, packLines } from '../codec/event-codec.ts';
import { identityMemoryMs, type Lease } from '../journal.ts';
import type { AcceptedLines, AcceptedPlan, AcceptResult, Duplicate } from './accept-codec.ts';
import { eventFinder, groupAt, offsetMask } from './event-groups.ts';
import { internText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { insertPassed } from './passed-deliveries.ts';
import { insertPlanned, setDeliveriesBack } from './planned.ts';
import { type PackedPassed, type PlannedGroup, type PlannedNumbers, withoutEvents } from './planned-codec.ts';
import { nextTime, setBackNoticed } from './timeline.ts';

type Plan = {
  lease: Lease;
  advance: { from: number; to: number } | null;
  /** PlannedGroup[] as text. */
  planned: string;
  passed: PackedPassed[];
  now: number;
};

export const intakeOperations = {
  accept: acceptOne,

  position: (db: Db, partition: number): number => partitionRow(db, partition).position,

  /** Lets the times of events and deliveries follow a clock that was set back. Returns by how much since the last call. */
  setBack(db: Db, { lease, now }: { lease: Lease; now: number }): number | null {
    if (!isCurrent(db, lease)) return null;
    const { partition } = lease;
    db.flush();
    if (db.get('SELECT 1 FROM event_partition WHERE partition = ?', partition) !== undefined) {
      const row = partitionRow(db, partition);
      const at = timeOf(db, row, now);
      if (at < row.last_at) {
        row.last_at = at;
        db.run('UPDATE event_partition SET last_at = ? WHERE partition = ?', at, partition);
      }
    }
    setDeliveriesBack(db, partition, now);
    const noticed = setBackNoticed(db, partition);
    const { byMs } = noticed;
    noticed.byMs = 0;
    return byMs;
  },

  plan(db: Db, { lease, advance, planned, passed, now }: Plan): PlannedNumbers | null {
    if (!isCurrent(db, lease)) return null;
    if (advance !== null && !moved(db, lease.partition, advance)) return null;
    for (const [target, groups] of passed)
      insertPassed(db, lease.partition, { target, groups: JSON.parse(groups), now });
    return insertPlanned(db, lease.partition, JSON.parse(planned), now);
  },
};

function acceptOne(db: Db, request: AcceptedLines): AcceptResult {
  const [lines, plan, partitionNumber, collectorId, cameAt, length, identities, keyed, lease] = request;
  if (lease !== null && !isCurrent(db, lease)) return 'lost';
  const partition = partitionRow(db, partitionNumber);
  const collector = internText(db, collectorId);
  let group = gatheredGroup(db, partition, { receivedAt: cameAt, lines, collector });
  const { receivedAt } = group;
  const from = partition.next;
  const found: [index: number, place: EventPlace][] = [];
  for (const [index, identity] of identities?.entries() ?? []) {
    const place = { timeMs: receivedAt, partition: partitionNumber, number: from + index - found.length };
    const seen = identity === null ? null : seenBefore(db, collector, identity, place);
    if (seen !== null) found.push([index, seen]);
  }
  let duplicates: Duplicate[] = [];
  if (found.length > 0) {
    // The stored events may be in groups of this transaction.
    db.flush();
    group = gatheredGroup(db, partition, { receivedAt, lines, collector });
    duplicates = compared(db, { lines, from, partition: partitionNumber }, found);
    if (duplicates.some(([index, , isOther]) => isOther && keyed?.includes(index) === true)) {
      const own = '(place >> 48) = ?2 AND (place & ?3) >= ?4';
      for (const identity of identities ?? [])
        db.run(
          `DELETE FROM seen WHERE collector = ?1 AND ${own} AND identity = ?5`,
          ...[collector, partitionNumber, offsetMask, from, identity],
        );
      return null;
    }
  }
  const count = length - duplicates.length;
  if (count > 0) {
    group.lines.push(duplicates.length === 0 ? lines : without(lines, duplicates));
    group.count += count;
    group.characters += lines.length;
    partition.next += count;
    partition.last_at = receivedAt;
  }
  return [from, receivedAt, duplicates, plan && planOne(db, partition, plan, { from, receivedAt, duplicates, length })];
}

/**
 * Compares duplicates with the stored events: an event whose identity is known and whose data is another one's is lost
 * for its sender. Only duplicates pay for this, and no identity needs a hash of its event.
 */
function compared(
  db: Db,
  { lines, from, partition }: { lines: string; from: number; partition: number },
  found: readonly [index: number, place: EventPlace][],
): Duplicate[] {
  const all = lines.split('\n');
  const repeated = new Set(found.map(([index]) => index));
  const own = all.filter((_, index) => !repeated.has(index));
  const find = eventFinder(db);
  return found.map(([index, { timeMs: seenAt, ...place }]) => {
    const isOwn = place.partition === partition && place.number >= from;
    // The time of an identity is not always that of its event.
    const timeMs = (isOwn ? null : groupAt(db, place.partition, place.number)?.received_at) ?? seenAt;
    const stored = isOwn ? own[place.number - from] : find({ ...place, timeMs })?.line;
    return [index, { ...place, timeMs }, stored !== undefined && !hasSameData(stored, all[index] ?? '')];
  });
}

/** Where the `length` events of a request were stored. */
type StoredRequest = { from: number; receivedAt: number; duplicates: Duplicate[]; length: number };

/**
 * Plans the deliveries of a request if all earlier events are planned; the position then moves past the request's
 * events.
 */
function planOne(
  db: Db,
  partition: PartitionRow,
  [planned, lease, now, passed = []]: AcceptedPlan,
  { from, receivedAt, duplicates, length }: StoredRequest,
): PlannedNumbers | null {
  if (partition.position !== from || !isCurrent(db, lease)) return null;
  partition.position = partition.next;
  const repeated = new Set(duplicates.map(([index]) => index));
  const placed = (event: EventPlace) => ({ ...event, timeMs: receivedAt, number: from + event.number });
  let next = 0;
  const numbers = Array.from({ length }, (_, index) => (repeated.has(index) ? next : next++));
  const moved = (event: EventPlace) => placed({ ...event, number: numbers[event.number] ?? next });
  const storedGroups = (groups: PlannedGroup[]) =>
    repeated.size === 0
      ? groups.map((group) => ({ ...group, event: group.event && placed(group.event) }))
      : withoutEvents(groups, (index) => repeated.has(index), moved);
  for (const [target, groups] of passed)
    insertPassed(db, lease.partition, { target, groups: storedGroups(JSON.parse(groups)), now });
  return insertPlanned(db, lease.partition, storedGroups(JSON.parse(planned)), now);
}

function without(lines: string, repeated: Duplicate[]): string {
  const indices = new Set(repeated.map(([index]) => index));
  return lines
    .split('\n')
    .filter((_, index) => !indices.has(index))
    .join('\n');
}

// Small requests of one transaction share a row: a third of the bytes and half of the time of one row each.
const sharedWithinMs = 5;
const sharedCharactersMax = 65_536;

type GatheredGroup = {
  first: number;
  receivedAt: number;
  collector: number | null;
  count: number;
  characters: number;
  lines: string[];
};

/**
 * The group for a request's events: one that this transaction has begun, or a new one, which is written before the
 * commit.
 */
function gatheredGroup(
  db: Db,
  partition: PartitionRow,
  { collector, receivedAt, lines }: { collector: number | null; receivedAt: number; lines: string },
): GatheredGroup {
  const gathered = db.keep('gatheredGroups', () => new Map<number, GatheredGroup>());
  const open = gathered.get(partition.partition);
  const isShared =
    open !== undefined &&
    open.collector === collector &&
    receivedAt - open.receivedAt <= sharedWithinMs &&
    open.characters + lines.length <= sharedCharactersMax;
  if (isShared) return open;
  const group = {
    first: partition.next,
    receivedAt: timeOf(db, partition, receivedAt),
    collector,
    count: 0,
    characters: 0,
    lines: [],
  };
  gathered.set(partition.partition, group);
  db.beforeCommit(() => {
    gathered.delete(partition.partition);
    write(db, partition, group);
  });
  return group;
}

/** The time of the next event. A partition without events has none to compare with. */
const timeOf = (db: Db, { partition: id, next: number, last_at: at }: PartitionRow, now: number): number =>
  number === 0 ? now : nextTime(db, { id }, { number, at }, now);

function write(db: Db, { partition, next, position, last_at }: PartitionRow, group: GatheredGroup) {
  if (group.count === 0) return;
  db.run(
    'INSERT INTO event_group (place, count, received_at, collector, events) VALUES ((? << 48) | ?, ?, ?, ?, ?)',
    partition,
    group.first,
    group.count,
    group.receivedAt,
    group.collector,
    packLines(group.lines.join('\n')),
  );
  const sql = 'UPDATE event_partition SET next = ?, position = ?, last_at = ? WHERE partition = ?';
  db.run(sql, next, position, last_at, partition);
}

/** The place where an identity was stored in the last 24 h; null when it is new, and it is then stored with `place`. */
function seenBefore(
  db: Db,
  collector: number | null,
  identity: string,
  { timeMs: receivedAt, partition, number: next }: EventPlace,
): EventPlace | null {
  const isNew = db.run(
    `INSERT INTO seen (collector, identity, at, place) VALUES (?1, ?2, ?3, (?4 << 48) | ?5)
     ON CONFLICT DO UPDATE SET at = excluded.at, place = excluded.place WHERE seen.at <= ?3 - ${identityMemoryMs}`,
    collector,
    identity,
    receivedAt,
    partition,
    next,
  );
  if (isNew > 0) return null;
  return (
    db.get<EventPlace>(
      `SELECT at AS timeMs, place >> 48 AS partition, place & ${offsetMask} AS number FROM seen
       WHERE collector = ? AND identity = ?`,
      collector,
      identity,
    ) ?? null
  );
}

type PartitionRow = { partition: number; next: number; position: number; last_at: number };

function partitionRow(db: Db, partition: number): PartitionRow {
  return db.keepIn('partitions', partition, () => {
    const sql = 'SELECT partition, next, position, last_at FROM event_partition WHERE partition = ?';
    const row = db.get<PartitionRow>(sql, partition);
    if (row !== undefined) return row;
    db.run('INSERT INTO event_partition (partition, next, position, last_at) VALUES (?, 0, 0, 0)', partition);
    return { partition, next: 0, position: 0, last_at: 0 };
  });
}

/** Moves a partition's position; false when the position is not `from`. */
function moved(db: Db, partition: number, { from, to }: { from: number; to: number }): boolean {
  const row = partitionRow(db, partition);
  if (row.position !== from) return false;
  db.run('UPDATE event_partition SET position = ? WHERE partition = ?', to, partition);
  row.position = to;
  return true;
}
