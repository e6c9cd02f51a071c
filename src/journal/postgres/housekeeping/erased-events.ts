import type { Query } from '../../../postgres/postgres.ts';
import { type EventLine, lineMatcher, packLines } from '../../codec/event-codec.ts';
import type { ErasedBy } from '../../erasures.ts';
import { linesOf, type StoredGroup } from '../event-reader.ts';

const groupsAtOnce = 20;

/** A group with the lines that an erasure seeks, by index. */
export type FoundGroup = StoredGroup & { count: number; lines: string[]; hits: number[] };

export function matcherOf(sought: ErasedBy): (line: string) => boolean {
  const matches = lineMatcher({ lineStart: null, ...sought });
  return (line) => line !== '' && matches(line);
}

/** Groups of a partition from an offset on, and before another one, in order; fewer than can be read: `isEnd`. */
export async function foundGroups(
  query: Query,
  isSought: (line: string) => boolean,
  { partition, from, end }: { partition: number; from: number; end: number },
): Promise<{ groups: FoundGroup[]; isEnd: boolean }> {
  const groups = await query<StoredGroup & { count: number }>(
    `SELECT partition, first, count, received_at AS "receivedAt", collector, events FROM event_group
     WHERE partition = $1 AND first >= $2 AND first < $3 ORDER BY first LIMIT ${groupsAtOnce}`,
    [partition, from, end],
  );
  const found = groups.map((group) => {
    const lines = linesOf(group.events);
    return { ...group, lines, hits: [...lines.keys()].filter((index) => isSought(lines[index] ?? '')) };
  });
  return { groups: found, isEnd: groups.length < groupsAtOnce };
}

/** Blanks the events that an erasure found, and forgets their identities; returns their lines, and the table of the group. */
export async function blankEvents(
  query: Query,
  group: FoundGroup,
  collectorId: string,
): Promise<{ events: EventLine[]; table: string | null }> {
  const { partition, first, receivedAt, lines, hits } = group;
  const numbers = hits.map((index) => first + index);
  const place = { partition, timeMs: receivedAt, collectorId };
  const events = hits.map((index) => ({ ...place, number: first + index, line: lines[index] ?? '' }));
  const blank = lines.map((line, index) => (hits.includes(index) ? '' : line));
  const [row] = await query<{ table: string }>(
    `UPDATE event_group SET events = $4 WHERE partition = $1 AND first = $2 AND received_at = $3
     RETURNING tableoid::regclass::text AS table`,
    [partition, first, receivedAt, Buffer.from(packLines(blank.join('\n')))],
  );
  // The time of an identity is that of its event, unless a wrong clock gave it.
  await query('DELETE FROM seen WHERE at = $1 AND partition = $2 AND number = ANY ($3::bigint[])', [
    ...[receivedAt, partition, numbers],
  ]);
  return { events, table: row?.table ?? null };
}
