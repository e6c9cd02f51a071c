import type { Db } from '../../../sqlite/db.ts';
import { exchangeIds } from '../../codec/attempt-codec.ts';
import { bodiless } from '../../codec/bare-attempts.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { bareExchanges } from '../batch-exchanges.ts';
import { deliveryRow } from '../delivery-row.ts';
import { eventFinder } from '../event-groups.ts';
import { targetIds } from '../interned-ids.ts';

export const bodyOperations = {
  /**
   * Removes the bodies of at most `limit` finished deliveries whose time is over, and fewer when their histories are long;
   * returns how many it examined.
   */
  forgetBodies(db: Db, { now, limit }: { now: number; limit: number }): { count: number; isEnd: boolean } {
    const rows = db.all<{ number: number; block: number | null; status: number }>(
      `SELECT number, block, status FROM delivery INDEXED BY delivery_bodies
       WHERE bodies_until IS NOT NULL AND bodies_until <= ? ORDER BY bodies_until LIMIT ?`,
      now,
      limit,
    );
    const budget = readBudget();
    const blocks = new AttemptBlocks(db, budget);
    const findEvent = eventFinder(db, budget);
    const exchanges = new Set<string>();
    let count = 0;
    for (const { number, block, status } of rows) {
      if (budget.isUnpacked) break;
      count += 1;
      // A retried delivery needs its body. It gets a new time when it finishes.
      if (status <= statusCodes.held) {
        db.run('UPDATE delivery SET bodies_until = NULL WHERE number = ?', number);
        continue;
      }
      for (const id of exchangeIds(blocks.history(block, number).lines)) exchanges.add(id);
      const event = () => {
        const place = deliveryRow(db, number)?.event;
        const line = place == null ? null : findEvent(place);
        return line && eventOfLine(line);
      };
      blocks.change(block, number, bodiless(event));
      db.run('UPDATE delivery SET bodies_until = NULL, rendered_block = NULL WHERE number = ?', number);
    }
    blocks.flush();
    bareExchanges(db, exchanges);
    return { count, isEnd: count === rows.length && count < limit };
  },

  /**
   * Changes at most `limit` deliveries of a destination after the number `after`; returns the last one, null at the
   * end.
   */
  keepBodies(
    db: Db,
    query: { destinationId: string; ms: number | null; after: number; limit: number },
  ): { last: number | null; count: number } {
    const { destinationId, ms, after, limit } = query;
    const numbers = targetIds(db, { destinationId })
      .flatMap((target) =>
        finishedStates.flatMap((status) =>
          db.all<{ number: number }>(
            `SELECT number FROM delivery INDEXED BY delivery_status
             WHERE status = ? AND target = ? AND number > ? ORDER BY number LIMIT ?`,
            status,
            target,
            after,
            limit,
          ),
        ),
      )
      .map(({ number }) => number)
      .sort((a, b) => a - b)
      .slice(0, limit);
    for (const number of numbers)
      db.run('UPDATE delivery SET bodies_until = finished_at + ? WHERE number = ? AND block IS NOT NULL', ms, number);
    return { last: numbers.length < limit ? null : (numbers.at(-1) ?? null), count: numbers.length };
  },
};

const finishedStates = [statusCodes.delivered, statusCodes.failed, statusCodes.skipped, statusCodes.cancelled];

/** Sets when the bodies of finished deliveries are removed. */
export function setBodiesUntil(db: Db, until: readonly [number: number, at: number][]): void {
  db.run(
    `UPDATE delivery SET bodies_until = one.value ->> 1 FROM json_each(?) AS one
     WHERE number = one.value ->> 0 AND status > ${statusCodes.held}`,
    JSON.stringify(until),
  );
}
