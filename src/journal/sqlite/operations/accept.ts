import type { Db } from '../../../sqlite/db.ts';
import { identityMemoryMs, type Lease } from '../../journal.ts';
import { packLines } from '../compressed-lines.ts';
import type { EventPlace } from '../event-codec.ts';
import { offsetMask } from './events.ts';
import { insertPlanned, type PlannedNumbers, type PlannedRow } from './insert.ts';
import { internText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';

/**
 * A request: its events as lines, and their identities in the same order (null when no event has one). Data that
 * crosses threads for every request is in tuples, since an object of the same size takes three times as long.
 */
export type AcceptedLines = [
  lines: string,
  plan: AcceptedPlan | null,
  partition: number,
  collectorId: string,
  receivedAt: number,
  count: number,
  identities: (string | null)[] | null,
];

/** `rows`: [index of the event, PlannedRow][] as JSON. */
export type AcceptedPlan = [rows: string, lease: Lease, now: number];

/** `first`: for each duplicate, by its index, the place of the stored event. */
export type AcceptAnswer = [
  from: number,
  receivedAt: number,
  first: [index: number, place: EventPlace][],
  planned: PlannedNumbers | null,
];

export const intakeOperations = {
  accept: (db: Db, requests: AcceptedLines[]): AcceptAnswer[] => requests.map((request) => acceptOne(db, request)),

  position: (db: Db, partition: number): number => partitionRow(db, partition).position,
};

function acceptOne(db: Db, request: AcceptedLines): AcceptAnswer {
  const [lines, plan, partitionNumber, collectorId, cameAt, length, identities] = request;
  const partition = partitionRow(db, partitionNumber);
  const collector = internText(db, collectorId);
  const group = gatheredGroup(db, partition, { receivedAt: cameAt, lines, collector });
  const { receivedAt } = group;
  const from = partition.next;
  const first: AcceptAnswer[2] = [];
  for (const [index, identity] of identities?.entries() ?? []) {
    const next = from + index - first.length;
    const seen = identity === null ? null : seenBefore(db, { collector, identity, receivedAt, partition, next });
    if (seen !== null) first.push([index, seen]);
  }
  const count = length - first.length;
  if (count > 0) {
    group.lines.push(first.length === 0 ? lines : without(lines, first));
    group.count += count;
    group.characters += lines.length;
    partition.next += count;
    partition.last_at = receivedAt;
  }
  return [from, receivedAt, first, plan && planOne(db, partition, plan, { from, receivedAt, first })];
}

/**
 * Plans the deliveries of a request if all earlier events are planned; the position then moves past the request's
 * events.
 */
function planOne(
  db: Db,
  partition: PartitionRow,
  [rows, lease, now]: AcceptedPlan,
  { from, receivedAt, first }: { from: number; receivedAt: number; first: AcceptAnswer[2] },
): PlannedNumbers | null {
  if (partition.position !== from || !isCurrent(db, lease)) return null;
  partition.position = partition.next;
  const parsed: [number, PlannedRow][] = JSON.parse(rows);
  const repeated = first.map(([index]) => index);
  const news = parsed.filter(([index]) => !repeated.includes(index));
  return insertPlanned(
    db,
    news.map(([index, row]) => {
      const number = from + index - repeated.filter((one) => one < index).length;
      return [{ timeMs: receivedAt, partition: partition.partition, number }, row] as const;
    }),
    now,
  );
}

function without(lines: string, repeated: AcceptAnswer[2]): string {
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
    receivedAt: Math.max(receivedAt, partition.last_at),
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

/**
 * The place where an identity was stored in the last 24 h; null when it is new, and it is then stored with the offset
 * `next`.
 */
function seenBefore(
  db: Db,
  {
    collector,
    identity,
    receivedAt,
    partition,
    next,
  }: {
    collector: number | null;
    identity: string;
    receivedAt: number;
    partition: PartitionRow;
    next: number;
  },
): EventPlace | null {
  const isNew = db.run(
    `INSERT INTO seen (collector, identity, at, place) VALUES (?1, ?2, ?3, (?4 << 48) | ?5)
     ON CONFLICT DO UPDATE SET at = excluded.at, place = excluded.place WHERE seen.at <= ?3 - ${identityMemoryMs}`,
    collector,
    identity,
    receivedAt,
    partition.partition,
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
  const known = db.keep('partitions', () => new Map<number, PartitionRow>());
  let row = known.get(partition);
  if (row === undefined) {
    const sql = 'SELECT partition, next, position, last_at FROM event_partition WHERE partition = ?';
    row = db.get<PartitionRow>(sql, partition);
    if (row === undefined) {
      db.run('INSERT INTO event_partition (partition, next, position, last_at) VALUES (?, 0, 0, 0)', partition);
      row = { partition, next: 0, position: 0, last_at: 0 };
    }
    known.set(partition, row);
  }
  return row;
}

/** Moves a partition's position; false when the position is not `from`. */
export function advance(db: Db, { partition, from, to }: { partition: number; from: number; to: number }): boolean {
  const row = partitionRow(db, partition);
  if (row.position !== from) return false;
  db.run('UPDATE event_partition SET position = ? WHERE partition = ?', to, partition);
  row.position = to;
  return true;
}
