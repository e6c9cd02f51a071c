import type { Db } from '../../sqlite/db.ts';
import { type EventPlace, packLines } from '../codec/event-codec.ts';
import type { Lease } from '../journal.ts';
import { type AcceptedLines, type AcceptResult, type Duplicate, unpackPlan, unpackRequest } from './accept-codec.ts';
import { forgetIdentities, storeIdentities } from './identities.ts';
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

function acceptOne(db: Db, packed: AcceptedLines): AcceptResult {
  const { lines, plan, collectorId, count, identities, keyed, lease, ...request } = unpackRequest(packed);
  if (lease !== null && !isCurrent(db, lease)) return 'lost';
  const partition = partitionRow(db, request.partition);
  const events = { lines, collector: internText(db, collectorId), receivedAt: request.receivedAt };
  const group = gatheredGroup(db, partition, events);
  const { receivedAt } = group;
  const from = partition.next;
  let duplicates: Duplicate[] = [];
  if (identities !== null) {
    const place = { partition: request.partition, number: from, timeMs: receivedAt };
    const stored = { lines, identities, collector: events.collector, place };
    duplicates = storeIdentities(db, stored);
    if (duplicates.some(([index, , isOther]) => isOther && keyed?.includes(index) === true)) {
      forgetIdentities(db, stored);
      return null;
    }
  }
  const news = count - duplicates.length;
  if (news > 0) {
    // The search for duplicates has written the group: the rest of the events are in a new one of the same time.
    const open = duplicates.length === 0 ? group : gatheredGroup(db, partition, { ...events, receivedAt });
    open.lines.push(duplicates.length === 0 ? lines : without(lines, duplicates));
    open.count += news;
    open.characters += lines.length;
    partition.next += news;
    partition.last_at = receivedAt;
  }
  const stored = { from, receivedAt, duplicates, length: count };
  return [from, receivedAt, duplicates, plan && planOne(db, partition, unpackPlan(plan), stored)];
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
  { planned, lease, now, passed }: ReturnType<typeof unpackPlan>,
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
