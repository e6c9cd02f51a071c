import type { Db } from '../../../sqlite/db.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { withoutReference } from '../../codec/rendered-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { EndedSource } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { partitionOfRow } from '../delivery-id-codec.ts';
import { deliveryRow } from '../delivery-row.ts';
import { eventFinder } from '../event-groups.ts';
import { insertPlanned } from '../planned.ts';
import type { PlannedGroup, PlannedNumbers } from '../planned-codec.ts';
import { finish } from '../queue/delivery-queue.ts';
import type { ReplayedRow } from './replayed-codec.ts';

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
