import type { Db } from '../../../sqlite/db.ts';
import { packLines } from '../../codec/event-codec.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { type GroupRow, linesOfGroup, neighbouringGroup, placedLine } from '../event-groups.ts';
import { unmark } from '../lists/visitor-marks.ts';
import { firstPassed } from '../passed-deliveries.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';
import { removeDelivery, type Work } from './erasure-work.ts';
import { matcherOf } from './sought.ts';

export const groupsAtOnce = 50;

/** The events of the first partition that is left, with their deliveries. */
export function eraseEvents(work: Work, { partitions, at }: CursorOf<'events'>): Progress {
  const { db, sought } = work;
  const [first, ...others] = partitions;
  if (first === undefined || sought === null) return { phase: 'tests', at: 0, end: lastDelivery(db) + 1 };
  const [partition, end] = first;
  const sql = 'SELECT position FROM event_partition WHERE partition = ?';
  // Unmatched events can still be planned from memory, and deliveries that were passed are not created yet.
  const position = db.get<{ position: number }>(sql, partition)?.position ?? 0;
  if (position < end || (firstPassed(db, partition) ?? end) < end) return 'waiting';
  const isSought = matcherOf(sought);
  const budget = readBudget();
  let next = at;
  for (let count = 0; count < groupsAtOnce && !budget.isFull && !budget.isUnpacked; count++) {
    const group = neighbouringGroup(db, '>=', partition, next);
    if (group === undefined || group.first >= end) return { phase: 'events', partitions: others, at: 0 };
    if (!eraseGroup(work, group, isSought, budget))
      return count === 0 ? 'waiting' : { phase: 'events', partitions, at: next };
    next = group.first + group.count;
  }
  return { phase: 'events', partitions, at: next };
}

/** Tests that begin later are not waited for. */
const lastDelivery = (db: Db): number =>
  db.get<{ last: number | null }>('SELECT max(number) AS last FROM delivery')?.last ?? 0;

/** Blanks the events that match and removes their deliveries; false, with no change, when one of these is in flight. */
function eraseGroup(work: Work, group: GroupRow, isSought: (line: string) => boolean, budget: ReadBudget): boolean {
  const { db, counts, events, sending } = work;
  const lines = linesOfGroup(db, group, budget);
  const hits = [...lines.keys()].filter((index) => isSought(lines[index] ?? ''));
  if (hits.length === 0) return true;
  const deliveries = hits.flatMap((index) => deliveriesOf(db, group, index));
  if (deliveries.some(({ number }) => sending.has(number))) return false;
  const blocks = new AttemptBlocks(db);
  for (const { number } of deliveries) removeDelivery(work, blocks, number);
  blocks.flush();
  for (const index of hits) {
    const found = placedLine(db, group, index, lines);
    if (found !== null) events.push(found);
    budget.keep(found?.line ?? null);
    lines[index] = '';
    db.run('INSERT OR IGNORE INTO erased_event (place) VALUES ((? << 48) | ?)', group.partition, group.first + index);
  }
  const offsets = hits.map((index) => group.first + index);
  unmark(db, group.partition, offsets);
  counts.events += hits.length;
  const sql = 'UPDATE event_group SET events = ? WHERE place = (? << 48) | ?';
  db.run(sql, packLines(lines.join('\n')), group.partition, group.first);
  return true;
}

export function deliveriesOf(
  db: Db,
  { partition, first }: GroupRow,
  index: number,
): { number: number; status: number }[] {
  const sql = 'SELECT number, status FROM delivery INDEXED BY delivery_event WHERE event = (? << 48) | ?';
  return db.all(sql, partition, first + index);
}
