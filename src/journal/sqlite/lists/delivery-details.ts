import type { Db } from '../../../sqlite/db.ts';
import type { BlockLine, PackedAttempt } from '../../codec/attempt-codec.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { lastAttemptInList } from '../../codec/last-attempt.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import type { DeliveryDetails } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { exchangesOf } from '../batch-exchanges.ts';
import { type DeliveryPlace, deliveryId } from '../delivery-id-codec.ts';
import { deliveryRow } from '../delivery-row.ts';
import { eventFinder } from '../event-groups.ts';

/**
 * Event and last attempt of the rows of a list, in one read: neighbours share the blocks and groups that are unpacked. When the
 * budget is spent, the other rows are left out.
 */
export const deliveryDetailOperations = {
  deliveryDetails(db: Db, { places }: { places: readonly DeliveryPlace[] }): DeliveryDetails[] {
    const budget = readBudget();
    const eventAt = eventFinder(db, budget);
    const blocks = new AttemptBlocks(db, budget);
    const details: DeliveryDetails[] = [];
    for (const { number, timeMs } of places) {
      if (budget.isUnpacked) break;
      const row = deliveryRow(db, number);
      if (row === undefined || row.logged.createdAt !== timeMs) continue;
      const line = row.event === null ? null : eventAt(row.event);
      const { name = null, visitorId = null } = line === null ? {} : eventOfLine(line);
      const { lines } = blocks.history(row.block, number, (part) => part.some(hasAttempts));
      const text = lines.findLast(hasAttempts);
      details.push({
        id: deliveryId(timeMs, number),
        event: line === null ? null : { name, visitorId },
        lastAttempt: text === undefined ? null : lastOf(db, text, row.logged.attempts, budget),
      });
    }
    return details;
  },
};

const hasAttempts = ({ attempts }: BlockLine) => attempts !== '';

function lastOf(db: Db, line: BlockLine, attempts: number, budget: ReadBudget): DeliveryDetails['lastAttempt'] {
  const packed: PackedAttempt[] = JSON.parse(line.attempts);
  const last = packed.at(-1);
  if (last === undefined) return null;
  const ownLine = { ...line, attempts: JSON.stringify([last]) };
  return { attempts, ...lastAttemptInList(last, exchangesOf(db, [ownLine], budget)) };
}
