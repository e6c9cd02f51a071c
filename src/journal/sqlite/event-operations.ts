import type { Db } from '../../sqlite/db.ts';
import { identityMemoryMs } from '../journal.ts';
import { packLines, type StoredLines, unpackLines } from './lines.ts';
import { findWord, wordId, wordText } from './words.ts';

/** A request with its events as lines; identities in the same order, null when no event has one. */
export type AcceptedLines = {
  partition: number;
  collectorId: string;
  receivedAt: number;
  lines: string;
  count: number;
  identities: (string | null)[] | null;
};

/** `first` answers, for each duplicate by its index, where it stood first. */
export type AcceptAnswer = { from: number; receivedAt: number; first: [index: number, place: EventPlace][] };

export type EventPlace = { timeMs: number; partition: number; number: number };

/** An event as its worker reads it. */
export type EventLine = EventPlace & { collectorId: string; line: string };

export const eventOperations = {
  accept: (db: Db, requests: AcceptedLines[]): AcceptAnswer[] => requests.map((request) => acceptOne(db, request)),

  position: (db: Db, partition: number): number => partitionRow(db, partition).position,

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

function acceptOne(db: Db, request: AcceptedLines): AcceptAnswer {
  const partition = partitionRow(db, request.partition);
  const collector = wordId(db, request.collectorId);
  const group = gatheredGroup(db, partition, { ...request, collector });
  const { receivedAt } = group;
  const from = partition.next;
  const first: AcceptAnswer['first'] = [];
  for (const [index, identity] of request.identities?.entries() ?? []) {
    const next = from + index - first.length;
    const seen = identity === null ? null : seenBefore(db, { collector, identity, receivedAt, partition, next });
    if (seen !== null) first.push([index, seen]);
  }
  const count = request.count - first.length;
  if (count > 0) {
    group.lines.push(first.length === 0 ? request.lines : without(request.lines, first));
    group.count += count;
    group.characters += request.lines.length;
    partition.next += count;
    partition.last_at = receivedAt;
  }
  return { from, receivedAt, first };
}

function without(lines: string, repeated: AcceptAnswer['first']): string {
  const indices = new Set(repeated.map(([index]) => index));
  return lines
    .split('\n')
    .filter((_, index) => !indices.has(index))
    .join('\n');
}

// Small requests that share a transaction share a row: a third of the bytes and half of the time of one row each.
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

/** The group that a request's events go to: one that this transaction began, or a new one that is written at its end. */
function gatheredGroup(
  db: Db,
  partition: PartitionRow,
  { collector, receivedAt, lines }: Pick<AcceptedLines, 'receivedAt' | 'lines'> & { collector: number | null },
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

function write(db: Db, { partition, next, last_at }: PartitionRow, group: GatheredGroup) {
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
  db.run('UPDATE event_partition SET next = ?, last_at = ? WHERE partition = ?', next, last_at, partition);
}

/** Where an identity stood first within its time; null when it is new, and then it is remembered at `next`. */
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

/** Moves a partition's position; false when it is not where the caller thinks. */
export function advance(db: Db, { partition, from, to }: { partition: number; from: number; to: number }): boolean {
  const row = partitionRow(db, partition);
  if (row.position !== from) return false;
  db.run('UPDATE event_partition SET position = ? WHERE partition = ?', to, partition);
  row.position = to;
  return true;
}

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

/** The nearest group of a partition on one side of an offset. */
export function groupBeside(db: Db, side: '<' | '<=' | '>' | '>=', partition: number, offset: number) {
  return db.get<GroupRow>(
    `SELECT ${groupColumns} FROM event_group
     WHERE place ${side} ((?1 << 48) | ?2) AND place BETWEEN ?1 << 48 AND (?1 << 48) | ${offsetMask}
     ORDER BY place ${side.startsWith('<') ? 'DESC' : 'ASC'} LIMIT 1`,
    partition,
    offset,
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
