import { placeOf } from '../../contract/ids.ts';
import type { Db } from '../../sqlite/db.ts';
import { readBudget } from '../../sqlite/read-budget.ts';
import type { EndedSource, Lease, ReplayStep } from '../journal.ts';
import { AttemptBlocks, withoutReference } from './attempt-blocks.ts';
import { type DeliveryPlace, deliveryPlaceOf, partitionOfRow } from './delivery-id-codec.ts';
import { finish } from './delivery-queue.ts';
import { deliveryRow } from './delivery-row.ts';
import { type EventPlace, eventOfLine } from './event-codec.ts';
import { eventFinder } from './event-groups.ts';
import { insertPlanned, type PlannedGroup, type PlannedNumbers, packPlanned } from './planned.ts';
import { statusCodes } from './status-codes.ts';

/** One delivery of a step: its event, and the deliveries that it repeats. */
type ReplayedRow = {
  event: EventPlace | null;
  of: DeliveryPlace | null;
  source: DeliveryPlace | null;
  key: string | null;
  keepsBody: boolean;
};

/**
 * What a step of a replay changes in one partition: the deliveries that it creates, PlannedGroup[] as text, with a row for
 * each. Without deliveries, the rows have sources that end there, since others repeat them elsewhere. `source`: the
 * partition of the events.
 */
export type ReplayedPart = { partition: number; source: number; planned: string; rows: ReplayedRow[] };

type Given = { lease: Lease; now: number };

/** The parts of a step, those of one partition in the order of its deliveries. Called on the main thread. */
export function replayedParts({ deliveries }: Pick<ReplayStep, 'deliveries'>, { lease, now }: Given): ReplayedPart[] {
  const parts: { of: Omit<ReplayedPart, 'planned'>; deliveries: ReplayStep['deliveries'][number][] }[] = [];
  const partFor = (partition: number, source: number) => {
    const last = parts.findLast(({ of }) => of.partition === partition);
    // Of the owner of the replay, all are created together, so that their ids are in the order of the step.
    if (last !== undefined && (last.of.source === source || partition === lease.partition)) return last;
    const part = { of: { partition, source, rows: [] }, deliveries: [] };
    parts.push(part);
    return part;
  };
  const ends: DeliveryPlace[] = [];
  for (const delivery of deliveries) {
    const { partition = lease.partition, eventId, replayOf, idempotencyKey: key, keepsBody } = delivery;
    const event = eventId === null ? null : placeOf('event', eventId);
    const of = replayOf === null ? null : deliveryPlaceOf(replayOf);
    const source = delivery.source === null ? null : deliveryPlaceOf(delivery.source);
    const part = partFor(partition, event?.partition ?? lease.partition);
    part.deliveries.push(delivery);
    part.of.rows.push({ event, of, source, key, keepsBody });
    if (source !== null && partitionOfRow(source.number) !== partition) ends.push(source);
  }
  const created = parts.map(({ of, deliveries }): ReplayedPart => {
    const planned = deliveries.map(({ partition: _, ...one }) => ({ ...one, dueAt: now, test: false }));
    return {
      ...of,
      planned: packPlanned(planned, ({ eventId }) => (eventId === null ? null : placeOf('event', eventId))),
    };
  });
  const ended = [...Map.groupBy(ends, ({ number }) => partitionOfRow(number))].map(
    ([partition, sources]): ReplayedPart => ({
      partition,
      source: lease.partition,
      planned: '[]',
      rows: sources.map((source) => ({ event: null, of: null, source, key: null, keepsBody: false })),
    }),
  );
  return [...created, ...ended];
}

/** Creates the deliveries of a part, and ends the held ones of its partition that they replace. */
export function createReplayed(
  db: Db,
  { partition, groups, rows }: { partition: number; groups: readonly PlannedGroup[]; rows: readonly ReplayedRow[] },
  { id, now }: { id: string; now: number },
): { planned: PlannedNumbers; ended: EndedSource[] } {
  const planned = insertPlanned(db, partition, groups, now, id);
  const ended: EndedSource[] = [];
  let budget = readBudget();
  let blocks = new AttemptBlocks(db, budget);
  const findEvent = eventFinder(db);
  for (const [index, { event, of, source, key, keepsBody }] of rows.entries()) {
    const number = planned[0] + index;
    if (source === null) continue;
    if (of !== null) {
      const sql = 'UPDATE delivery SET replay_of = ?, replay_of_at = ?, replay_key = ? WHERE number = ?';
      db.run(sql, of.number, of.timeMs, key, number);
    }
    const row = deliveryRow(db, source.number);
    const before = row?.logged.createdAt === source.timeMs ? row : undefined;
    // The original is held until a person acts, and the replay is that act.
    if (before?.status === statusCodes.held && partitionOfRow(source.number) === partition) {
      finish(db, { number: source.number, status: statusCodes.cancelled, reason: 'cancelled', now });
      db.run('UPDATE delivery SET detail = ? WHERE number = ?', replayedBy(id), source.number);
      const { actionId, destinationId, connectionId } = before.logged;
      ended.push({ actionId, destinationId, connectionId, isOrdered: before.orderKey !== null });
    }
    if (!keepsBody || before?.renderedBlock == null) continue;
    let rendered = blocks.rendered(before.renderedBlock, source.number);
    const isSameEvent = event?.partition === before.event?.partition && event?.number === before.event?.number;
    if (rendered !== null && !isSameEvent) {
      const line = before.event && findEvent(before.event);
      rendered = withoutReference(rendered, line && eventOfLine(line));
    }
    if (rendered === null) continue;
    const block = blocks.current;
    blocks.write(number, { before: null, rendered, attempts: '' });
    db.run('UPDATE delivery SET block = ?, rendered_block = ? WHERE number = ?', block, block, number);
    budget.keep(rendered);
    if (!budget.isFull && !budget.isUnpacked) continue;
    // Large bodies go into several blocks, so that few of them are in memory at once.
    blocks.flush();
    budget = readBudget();
    blocks = new AttemptBlocks(db, budget);
  }
  blocks.flush();
  return { planned, ended };
}

/** The detail of a held delivery that ended because a replay sends it. */
const replayedBy = (replayId: string) => `Sent by the replay ${replayId}.`;
