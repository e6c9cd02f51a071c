import type { ErasureCounts } from '../../../contract/records/erasure.ts';
import type { Db } from '../../../sqlite/db.ts';
import { exchangeIds } from '../../codec/attempt-codec.ts';
import type { EventLine } from '../../codec/event-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { ErasedBy } from '../../erasures.ts';
import type { LoggedDelivery } from '../../journal.ts';
import type { AttemptBlocks } from '../attempt-blocks.ts';
import { anonymiseExchanges, forgetExchanges } from '../batch-exchanges.ts';
import { deliveryRow } from '../delivery-row.ts';
import { finish } from '../queue/delivery-queue.ts';
import { countRemoved } from '../replays/replays.ts';

/** One step of an erasure. `sought` is null once the search is over. `sending`: the deliveries in flight. */
export type Work = {
  db: Db;
  sought: ErasedBy | null;
  now: number;
  sending: ReadonlySet<number>;
  counts: ErasureCounts;
  /** What this step has erased and cancelled. */
  events: EventLine[];
  cancelled: LoggedDelivery[];
};

export const rowsAtOnce = 100;

/** Removes a delivery with all that is logged of it. */
export function removeDelivery({ db, counts, cancelled, now }: Work, blocks: AttemptBlocks, number: number): void {
  const row = deliveryRow(db, number);
  if (row === undefined) return;
  counts.deliveries += 1;
  const isUnfinished = row.status <= statusCodes.held;
  countRemoved(db, [{ target: row.target, status: isUnfinished ? statusCodes.cancelled : row.status }]);
  if (isUnfinished) {
    counts.unfinished += 1;
    // The deliveries behind it in its order move up.
    finish(db, { number, status: statusCodes.cancelled, reason: 'cancelled', now });
    cancelled.push(row.logged);
  }
  const { lines } = blocks.history(row.block, number);
  anonymiseExchanges(db, exchangeIds(lines));
  forgetExchanges(db, [lines]);
  blocks.remove(row.block, number);
  db.run('DELETE FROM delivery WHERE number = ?', number);
}
