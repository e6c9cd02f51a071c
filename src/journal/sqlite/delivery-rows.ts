import type { Db } from '../../sqlite/db.ts';
import { offsetMask } from './event-operations.ts';

/** A delivery as the database tells it, with words in place of their numbers. */
export type DeliveryRow = {
  number: number;
  created_at: number;
  event_partition: number | null;
  event_offset: number | null;
  event_at: number | null;
  action: string | null;
  action_version: number | null;
  destination: string;
  destination_version: number;
  connection: string;
  status: number;
  due_at: number | null;
  test: number;
  reason: string | null;
  error_kind: string | null;
  attempts: number;
  exchanges: number;
  schedule_step: number;
  waited_ms: number;
  deaths: number;
  finished_at: number | null;
  detail: string | null;
  block: number | null;
  rendered_block: number | null;
};

export function deliveryRow(db: Db, number: number): DeliveryRow | undefined {
  return db.get<DeliveryRow>(
    `SELECT d.number, d.created_at, d.event >> 48 AS event_partition, d.event & ${offsetMask} AS event_offset, d.event_at,
       action.text AS action, d.action_version, target.destination, d.destination_version, target.connection,
       d.status, d.due_at, d.test, reason.text AS reason, error.text AS error_kind, d.attempts, d.exchanges,
       d.schedule_step, d.waited_ms, d.deaths, d.finished_at, d.detail, d.block, d.rendered_block
     FROM delivery AS d
     JOIN target ON target.id = d.target
     LEFT JOIN word AS action ON action.id = d.action
     LEFT JOIN word AS reason ON reason.id = d.reason
     LEFT JOIN word AS error ON error.id = d.error_kind
     WHERE d.number = ?`,
    number,
  );
}

/** A delivery's id in parts: the number finds it, the time must agree. */
export type DeliveryPlace = { number: number; timeMs: number };

/** Whether a delivery is there and is the one that the place names. */
export function exists(db: Db, { number, timeMs }: DeliveryPlace): boolean {
  return db.get('SELECT 1 FROM delivery WHERE number = ? AND created_at = ?', number, timeMs) !== undefined;
}

/** The lowest number of the deliveries created at a time or later; the next number when there is none. */
export function numberAt(db: Db, timeMs: number): number {
  const ends = db.get<{ low: number | null; high: number | null }>(
    'SELECT (SELECT min(number) FROM delivery) AS low, (SELECT max(number) FROM delivery) AS high',
  );
  let low = ends?.low ?? 0;
  let high = (ends?.high ?? -1) + 1;
  // Creation times never go back, so the numbers are sorted by them.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const sql = 'SELECT number, created_at FROM delivery WHERE number >= ? ORDER BY number LIMIT 1';
    const row = db.get<{ number: number; created_at: number }>(sql, middle);
    if (row === undefined || row.created_at >= timeMs) high = middle;
    else low = row.number + 1;
  }
  return low;
}
