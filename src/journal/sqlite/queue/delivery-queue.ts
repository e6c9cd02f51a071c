import type { Db } from '../../../sqlite/db.ts';
import { bytesOf, readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { Hold, Lease } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { deliveryRow } from '../delivery-row.ts';
import { eventFinder } from '../event-groups.ts';
import { internText, type Target, targetIds } from '../interned-ids.ts';
import { isCurrent } from '../leases.ts';
import { dequeueOrdered, followersOf, hasOrderQueues } from '../order-queue.ts';
import { type DueNumber, type DuePart, type DueRow, duePartsOf } from './due-codec.ts';

export const queueOperations = {
  due(
    db: Db,
    { partition, destinationId, replayId, now, limit, after, except, inOrder, followers, bytesMax }: DueQuery,
  ): { rows: DueRow[]; behind: DueRow[]; isCut: boolean; nextDueAt: number | null } {
    db.flush();
    const targets = targetIds(db, { destinationId, replayId, partition });
    const known = new Set(except);
    const parts = duePartsOf(targets, inOrder || !hasOrderQueues(db));
    const numbers = parts
      .flatMap((part) => dueNumbers(db, { ...part, now, limit: limit + known.size, after }))
      .filter(({ number }) => !known.has(number))
      .sort((a, b) => a.due_at - b.due_at || a.number - b.number)
      .slice(0, limit);
    const budget = readBudget();
    const findEvent = eventFinder(db, budget);
    const blocks = new AttemptBlocks(db, budget);
    const load = (number: number): DueRow => {
      const row = deliveryRow(db, number);
      if (row === undefined) throw new Error(`Delivery ${number} is in its index only.`);
      const event = row.event && findEvent(row.event);
      const rendered = row.renderedBlock === null ? null : blocks.rendered(row.renderedBlock, number);
      budget.keep(event?.line ?? null);
      budget.keep(rendered);
      return { row, event, rendered };
    };
    const isSpent = () => budget.isFull || budget.isUnpacked;
    const rows: DueRow[] = [];
    for (const { number } of numbers) {
      if (isSpent()) break;
      const row = load(number);
      if (bytesMax !== null && bytesIn(row) > bytesMax) break;
      rows.push(row);
    }
    const behind: DueRow[] = [];
    for (const { row } of followers > 0 && hasOrderQueues(db) ? rows : [])
      for (const next of followersOf(db, row.number, { now, known, limit: followers - behind.length })) {
        if (isSpent()) break;
        behind.push(load(next));
      }
    const isCut = rows.length < numbers.length || rows.length === limit;
    return { rows, behind, isCut, nextDueAt: nextDueAt(db, parts, now) };
  },

  /** Index seeks, since a scan of a million rows takes a quarter of a second of each start. */
  nextDue(db: Db, partition: number): (Target & { next_due_at: number | null })[] {
    const first = (isBehind: 0 | 1) => `SELECT min(due_at) FROM delivery INDEXED BY delivery_due
      WHERE target = target.id AND is_behind = ${isBehind} AND due_at IS NOT NULL`;
    const isHeld = `EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_status
      WHERE status = ${statusCodes.held} AND target = found.id)`;
    return db.all(
      `SELECT partition, destination, connection, replay, min(coalesce(due, behind), coalesce(behind, due)) AS next_due_at
       FROM (SELECT *, (${first(0)}) AS due, (${first(1)}) AS behind FROM target WHERE partition = ?) AS found
       WHERE next_due_at IS NOT NULL OR ${isHeld} ORDER BY destination, connection, replay`,
      partition,
    );
  },

  /**
   * Moves at most `limit` deliveries of one part of the index, which are due after `after`; returns the last one. In the
   * order of their times, so that none is moved twice.
   */
  moveDue(
    db: Db,
    move: { lease: Lease; part: DuePart; after: DueNumber; byMs: number; limit: number },
  ): DueNumber | null {
    const { lease, part, after, byMs, limit } = move;
    if (!isCurrent(db, lease)) return null;
    const cursor = { dueAt: after.due_at, number: after.number };
    const found = dueNumbers(db, { ...part, now: Number.MAX_SAFE_INTEGER, limit, after: cursor });
    for (const { number } of found) db.run('UPDATE delivery SET due_at = due_at - ? WHERE number = ?', byMs, number);
    return found.at(-1) ?? null;
  },

  targets: (db: Db, partition: number): { id: number }[] =>
    db.all('SELECT id FROM target WHERE partition = ?', partition),

  backlog: (db: Db, _: null): (Target & { open: number; next_due_at: number | null })[] =>
    db.all(
      `SELECT destination, connection, replay, open, next_due_at FROM
         (SELECT target, count(*) AS open, min(due_at) FILTER (WHERE is_behind = 0) AS next_due_at
          FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL GROUP BY target)
       JOIN target ON target.id = target ORDER BY destination, connection, replay`,
    ),

  holds: (db: Db, _: null): Hold[] =>
    db.all(
      `SELECT scope_id AS scopeId, reason, detail, since, probe_at AS probeAt, probes FROM gate ORDER BY scope_id`,
    ),

  saveHold(db: Db, { lease, hold }: { lease: Lease; hold: Hold }): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run(
      `INSERT OR REPLACE INTO gate (scope_id, reason, detail, since, probe_at, probes)
       VALUES (:scopeId, :reason, :detail, :since, :probeAt, :probes)`,
      hold,
    );
    return true;
  },

  removeHold(db: Db, { lease, scopeId }: { lease: Lease; scopeId: string }): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run('DELETE FROM gate WHERE scope_id = ?', scopeId);
    return true;
  },
};

function bytesIn({ event, rendered }: DueRow): number {
  return bytesOf(event?.line ?? '') + bytesOf(rendered ?? '');
}

/** Finishes a delivery without an attempt, such as one that is cancelled or expires. */
export function finish(db: Db, end: { number: number; status: number; reason: string; now: number }) {
  const sql = 'UPDATE delivery SET status = ?, reason = ?, due_at = NULL, finished_at = ? WHERE number = ?';
  db.run(sql, end.status, internText(db, end.reason), end.now, end.number);
  dequeueOrdered(db, end.number);
}

type DueQuery = {
  partition: number;
  destinationId: string;
  /** '' for deliveries of no replay. */
  replayId: string;
  now: number;
  limit: number;
  after: { dueAt: number; number: number } | null;
  /** Numbers of deliveries that the caller already has. */
  except: number[];
  inOrder: boolean;
  followers: number;
  bytesMax: number | null;
};
/** Two index seeks instead of one row comparison, which would scan every row with the same due time. */
function dueNumbers(db: Db, query: Pick<DueQuery, 'now' | 'limit' | 'after'> & DuePart): DueNumber[] {
  const { target, isBehind, now, limit, after } = query;
  const same =
    after === null || after.dueAt > now
      ? []
      : db.all<DueNumber>(
          `SELECT number, due_at FROM delivery INDEXED BY delivery_due
           WHERE target = ? AND is_behind = ? AND due_at = ? AND number > ? ORDER BY number LIMIT ?`,
          target,
          isBehind,
          after.dueAt,
          after.number,
          limit,
        );
  const later = db.all<DueNumber>(
    `SELECT number, due_at FROM delivery INDEXED BY delivery_due
     WHERE target = ? AND is_behind = ? AND due_at > ? AND due_at <= ? ORDER BY due_at, number LIMIT ?`,
    target,
    isBehind,
    after?.dueAt ?? Number.MIN_SAFE_INTEGER,
    now,
    limit - same.length,
  );
  return [...same, ...later];
}

function nextDueAt(db: Db, parts: readonly DuePart[], now: number): number | null {
  const times = parts.flatMap(({ target, isBehind }) => {
    const sql = `SELECT min(due_at) AS at FROM delivery INDEXED BY delivery_due
      WHERE target = ? AND is_behind = ? AND due_at > ?`;
    return db.get<{ at: number | null }>(sql, target, isBehind, now)?.at ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}
