import { appendAudit } from '../../../audit/sqlite/append.ts';
import { ofStatus } from '../../../audit/status-change.ts';
import type { NewAuditEntry } from '../../../contract/records/audit.ts';
import type { DeliveryStatus } from '../../../contract/records/delivery.ts';
import type { Db } from '../../../sqlite/db.ts';
import type { DeliveryHistory } from '../../codec/delivery-history.ts';
import { type Lost, lost } from '../../codec/lease-codec.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { copiesEvent } from '../../codec/rendered-codec.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type {
  CountByAction,
  ExpiryQuery,
  Lease,
  Released,
  RetryRequest,
  StoredHeld,
  StoredStatus,
} from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { exchangesOf } from '../batch-exchanges.ts';
import { type DeliveryPlace, partitionOfRow, rowsOf } from '../delivery-id-codec.ts';
import { type DeliveryRow, deliveryRow, withRepeat } from '../delivery-row.ts';
import { eventFinder } from '../event-groups.ts';
import { findWord, targetIds, wordText } from '../interned-ids.ts';
import { isCurrent } from '../leases.ts';
import { hasOrderQueues, removeOrder, requeueOrdered } from '../order-queue.ts';
import { forgetOutcome } from '../replays/replays.ts';
import { agedBefore, deliveryTimeline } from '../timeline.ts';
import { finish } from './delivery-queue.ts';

/** Of the partition that the deliveries are in. */
type Owned = { lease: Lease };

type ReleaseStep = Owned & { destinationId: string; which: 'all' | 'known'; now: number; after: number; limit: number };

/** The audit entry of a person's command. */
type Described = { entry: NewAuditEntry | undefined };

type Commanded = Owned & DeliveryPlace & Described & { now: number };

export const logOperations = {
  /** Returns the newest attempts, about 4 MiB. */
  delivery(db: Db, { number, timeMs }: DeliveryPlace): DeliveryHistory<DeliveryRow> | null {
    const row = deliveryRow(db, number);
    if (row === undefined || row.logged.createdAt !== timeMs) return null;
    const budget = readBudget();
    const lines = newestLines(new AttemptBlocks(db, budget), row, budget);
    const isNeeded = lines.some(({ rendered }) => rendered !== '' && copiesEvent(rendered));
    const event = isNeeded && row.event !== null ? eventFinder(db)(row.event) : null;
    const logged = withRepeat(db, row);
    return { row: { ...row, logged }, lines, exchanges: exchangesOf(db, lines, budget), event };
  },

  retry(db: Db, retry: Commanded & Pick<RetryRequest, 'render'>): StoredStatus | null | Lost {
    const { lease, number, now, render } = retry;
    if (!isCurrent(db, lease)) return lost;
    const row = ownRow(db, retry);
    if (row === undefined) return null;
    startAgain(db, number, now);
    if (row.logged.replayId !== null) forgetOutcome(db, row.logged.replayId);
    if (row.orderKey !== null && row.status > statusCodes.held) requeueOrdered(db, number, row.orderKey);
    describe(db, retry, row, 'pending');
    if (render !== null)
      db.run(
        'UPDATE delivery SET action_version = ?, destination_version = ?, rendered_block = NULL WHERE number = ?',
        render.actionVersion,
        render.destinationVersion,
        number,
      );
    return row.logged.status;
  },

  cancel(db: Db, cancel: Commanded): boolean | null | Lost {
    const { lease, number, now } = cancel;
    if (!isCurrent(db, lease)) return lost;
    const row = ownRow(db, cancel);
    if (row === undefined) return null;
    if (row.status > statusCodes.held) return false;
    finish(db, { number, status: statusCodes.cancelled, reason: 'cancelled', now });
    describe(db, cancel, row, 'cancelled');
    return true;
  },

  /**
   * Looks at a step of held deliveries in the order of their numbers, after the given one, so that other writes can run
   * in between, and no delivery is released twice. `last`: the last one that it looked at; null: there are no more.
   */
  release(db: Db, step: ReleaseStep): (Released & { last: number | null }) | Lost {
    const { lease, destinationId, which, now, after, limit } = step;
    if (!isCurrent(db, lease)) return lost;
    const { first, end } = rowsOf(lease.partition);
    const held = targetIds(db, { destinationId })
      .flatMap((target) =>
        db.all<{ number: number; reason: number | null }>(
          `SELECT number, reason FROM delivery INDEXED BY delivery_status
           WHERE status = ${statusCodes.held} AND target = ? AND number > ? AND number < ? ORDER BY number LIMIT ?`,
          ...[target, Math.max(after, first - 1), end, limit],
        ),
      )
      .sort((a, b) => a.number - b.number)
      .slice(0, limit);
    const unknown = findWord(db, 'unknown_outcome');
    const known = held.filter(({ reason }) => which === 'all' || reason === null || reason !== unknown);
    for (const { number } of known) startAgain(db, number, now);
    const last = held.length < limit ? null : (held.at(-1)?.number ?? null);
    return { released: known.length, unknownOutcomes: held.length - known.length, last };
  },

  storedHeld: (db: Db, _: null): StoredHeld[] =>
    db.all(
      `SELECT destination AS destinationId, connection AS connectionId, sum(count) AS count
       FROM (SELECT target, count(*) AS count FROM delivery INDEXED BY delivery_status
             WHERE status = ${statusCodes.held} GROUP BY target)
       JOIN target ON target.id = target GROUP BY destination, connection ORDER BY destination, connection`,
    ),

  /** Changes at most `limit` at once; returns how many. */
  releaseOrder(db: Db, given: Owned & { destinationId: string; releaseAfter: number; limit: number }): number | Lost {
    const { lease, releaseAfter, limit } = given;
    if (!isCurrent(db, lease)) return lost;
    if (!hasOrderQueues(db)) return 0;
    const { first, end } = rowsOf(lease.partition);
    const failed = targetIds(db, given)
      .flatMap((target) =>
        db.all<{ number: number }>(
          `SELECT number FROM delivery INDEXED BY delivery_status
           WHERE status = ${statusCodes.retrying} AND target = ? AND number >= ? AND number < ?
             AND order_key IS NOT NULL AND attempts >= ? LIMIT ?`,
          ...[target, first, end, releaseAfter, limit],
        ),
      )
      .slice(0, limit);
    for (const { number } of failed) removeOrder(db, number);
    return failed.length;
  },

  /** Expires at most `limit` at once; returns the counts by action. */
  expire(db: Db, query: Owned & Omit<ExpiryQuery, 'except'> & { except: number[]; limit: number }): CountByAction[] {
    if (!isCurrent(db, query.lease)) return [];
    const except = JSON.stringify(query.except);
    const timeline = deliveryTimeline(query.lease.partition);
    const high = agedBefore(db, timeline, query.createdBefore, query.now);
    const old = targetIds(db, query)
      .flatMap((target) =>
        db.all<{ number: number; action: number | null }>(
          `SELECT number, action FROM delivery INDEXED BY delivery_due
           WHERE target = ? AND is_behind IN (0, 1) AND due_at <= ? AND number >= ? AND number < ?
             AND number NOT IN (SELECT value FROM json_each(?)) LIMIT ?`,
          ...[target, query.now, timeline.low, high, except, query.limit],
        ),
      )
      .slice(0, query.limit);
    for (const { number } of old) finish(db, { number, status: statusCodes.failed, reason: 'expired', now: query.now });
    return Array.from(
      Map.groupBy(old, (row) => row.action),
      ([action, rows]) => ({ actionId: wordText(db, action), count: rows.length }),
    );
  },
};

/** The delivery of a command, if it is in the partition of the lease. */
function ownRow(db: Db, { lease, number, timeMs }: Commanded): DeliveryRow | undefined {
  const row = partitionOfRow(number) === lease.partition ? deliveryRow(db, number) : undefined;
  return row?.logged.createdAt === timeMs ? row : undefined;
}

/** The newest lines of a delivery within the budget, with the rendered request that their attempts refer to. */
function newestLines(blocks: AttemptBlocks, { number, block, renderedBlock }: DeliveryRow, budget: ReadBudget) {
  const { lines, isCut } = blocks.history(block, number, (part) => {
    for (const { rendered, attempts } of part) budget.keep(rendered + attempts);
    return budget.isFull || budget.isUnpacked;
  });
  if (!isCut) return lines;
  const first = lines.findIndex(({ rendered }) => rendered !== '');
  if (first >= 0) return lines.slice(first);
  const rendered = renderedBlock === null ? null : blocks.rendered(renderedBlock, number);
  return lines.map((line, index) => (index === 0 ? { ...line, rendered: rendered ?? '' } : line));
}

function startAgain(db: Db, number: number, now: number) {
  db.run(
    `UPDATE delivery SET status = ${statusCodes.pending}, reason = NULL, detail = NULL, error_kind = NULL,
       due_at = min(coalesce(due_at, ?1), ?1),
       finished_at = NULL, schedule_step = 0, waited_ms = 0, deaths = 0 WHERE number = ?2`,
    now,
    number,
  );
}

function describe(db: Db, { entry }: Described, { logged }: DeliveryRow, after: DeliveryStatus): void {
  if (entry !== undefined) appendAudit(db, [ofStatus(entry, logged.status, after)]);
}
