import type { Db } from '../../sqlite/db.ts';
import { statusCodes } from '../codec/status-codes.ts';
import type { DeliveryPlace } from './delivery-id-codec.ts';

const isInLine = `order_key IS NOT NULL AND status <= ${statusCodes.held}`;

/** Whether any unfinished delivery has an order key. Without one, no query pays for order. */
export function hasOrderQueues(db: Db): boolean {
  return lines(db).any;
}

function lines(db: Db): { any: boolean } {
  const sql = `SELECT 1 FROM delivery INDEXED BY delivery_order WHERE ${isInLine} LIMIT 1`;
  return db.keep('lines', () => ({ any: db.get(sql) !== undefined }));
}

/** Puts a delivery that becomes unfinished into the order of its key, behind the earlier ones. */
export function enqueueOrdered(db: Db, number: number, key: number): void {
  db.run(
    `UPDATE delivery SET order_key = ?1, is_behind = EXISTS (
       SELECT 1 FROM delivery AS earlier INDEXED BY delivery_order
       WHERE earlier.order_key = ?1 AND earlier.status <= ${statusCodes.held} AND earlier.number < ?2)
     WHERE number = ?2`,
    key,
    number,
  );
  lines(db).any = true;
}

/** Puts a finished delivery that becomes unfinished again back into its old place, before later ones. */
export function requeueOrdered(db: Db, number: number, key: number): void {
  enqueueOrdered(db, number, key);
  db.run(
    `UPDATE delivery SET is_behind = 1 WHERE number = (
       SELECT number FROM delivery INDEXED BY delivery_order
       WHERE order_key = ? AND status <= ${statusCodes.held} AND number > ? ORDER BY number LIMIT 1)`,
    key,
    number,
  );
}

/** Makes the next delivery of a finished one's key the first. */
export function dequeueOrdered(db: Db, number: number): void {
  if (hasOrderQueues(db)) promoteNext(db, keyOf(db, number));
}

/** Removes a delivery from its order: later ones no longer wait for it, and it waits for none. */
export function removeOrder(db: Db, number: number): void {
  const key = keyOf(db, number);
  db.run('UPDATE delivery SET order_key = NULL, is_behind = 0 WHERE number = ?', number);
  promoteNext(db, key);
}

function keyOf(db: Db, number: number): number | null {
  const sql = 'SELECT order_key AS key FROM delivery WHERE number = ?';
  return db.get<{ key: number | null }>(sql, number)?.key ?? null;
}

function promoteNext(db: Db, key: number | null) {
  if (key === null) return;
  db.run(
    `UPDATE delivery SET is_behind = 0 WHERE is_behind = 1 AND number = (
       SELECT number FROM delivery INDEXED BY delivery_order
       WHERE order_key = ? AND status <= ${statusCodes.held} ORDER BY number LIMIT 1)`,
    key,
  );
}

/** The first unfinished delivery of a key, for which all others wait. */
export function firstInLine(db: Db, key: number): DeliveryPlace | null {
  const sql = `SELECT number, created_at AS timeMs FROM delivery INDEXED BY delivery_order
    WHERE order_key = ? AND status <= ${statusCodes.held} ORDER BY number LIMIT 1`;
  return db.get<DeliveryPlace>(sql, key) ?? null;
}

/**
 * The numbers of the deliveries directly behind one in the order of its key, in the same queue, that are due too: up to
 * the first gap.
 */
export function followersOf(
  db: Db,
  number: number,
  { now, known, limit }: { now: number; known: ReadonlySet<number>; limit: number },
): number[] {
  if (limit <= 0) return [];
  const rows = db.all<{ number: number; isDue: number }>(
    `SELECT later.number, coalesce(later.due_at <= ?2, 0) AND later.target = head.target AS isDue
     FROM delivery AS head JOIN delivery AS later INDEXED BY delivery_order ON later.order_key = head.order_key
     WHERE head.number = ?1 AND later.status <= ${statusCodes.held} AND later.order_key IS NOT NULL AND later.number > ?1
     ORDER BY later.number LIMIT ?3`,
    number,
    now,
    limit,
  );
  const gap = rows.findIndex((row) => row.isDue === 0 || known.has(row.number));
  return (gap < 0 ? rows : rows.slice(0, gap)).map((row) => row.number);
}
