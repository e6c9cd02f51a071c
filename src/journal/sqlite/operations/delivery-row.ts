import type { Db } from '../../../sqlite/db.ts';
import type { EventLine } from '../event-codec.ts';
import { statusCodes } from '../status-codes.ts';
import { type eventFinder, offsetMask } from './events.ts';
import { type Target, targetOf, wordText } from './interned-ids.ts';
import { type DeliveryPlace, firstInLine } from './order-queue.ts';

export type { DeliveryPlace } from './order-queue.ts';

/** A delivery as read from the database, with words in place of their numbers. */
export type DeliveryRow = {
  number: number;
  created_at: number;
  event_partition: number | null;
  event_offset: number | null;
  event_at: number | null;
  action: string | null;
  action_version: number | null;
  destination: string;
  /** '' for none. */
  replay: string;
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
  order_key: number | null;
  waits_for: DeliveryPlace | null;
  replay_of: number | null;
  replay_of_at: number | null;
  replay_key: string | null;
};

type Numbers = {
  is_behind: number;
  target: number;
  action_id: number | null;
  reason_id: number | null;
  error_id: number | null;
};

type Looked = 'action' | 'reason' | 'error_kind' | 'waits_for' | keyof Target;

/** Words are looked up in memory: joins would double the time, and due deliveries are read by the hundred. */
export function deliveryRow(db: Db, number: number): DeliveryRow | undefined {
  const row = db.get<Omit<DeliveryRow, Looked> & Numbers>(
    `SELECT number, created_at, event >> 48 AS event_partition, event & ${offsetMask} AS event_offset, event_at,
       action AS action_id, action_version, target, destination_version, status, due_at, test, reason AS reason_id,
       error_kind AS error_id, attempts, exchanges, schedule_step, waited_ms, deaths, finished_at, detail, block,
       rendered_block, order_key, is_behind, replay_of, replay_of_at, replay_key
     FROM delivery WHERE number = ?`,
    number,
  );
  if (row === undefined) return undefined;
  const { target, action_id, reason_id, error_id, is_behind, ...same } = row;
  const words = {
    action: wordText(db, action_id),
    reason: wordText(db, reason_id),
    error_kind: wordText(db, error_id),
  };
  const key = is_behind === 1 && same.status <= statusCodes.held ? same.order_key : null;
  const waits_for = key === null ? null : firstInLine(db, key);
  return { ...same, ...words, ...targetOf(db, target), waits_for };
}

/** The event of a delivery; null: it has none, or none is stored. */
export function eventOf(
  find: ReturnType<typeof eventFinder>,
  row: Pick<DeliveryRow, 'event_at' | 'event_partition' | 'event_offset'>,
): EventLine | null {
  const { event_at: timeMs, event_partition: partition, event_offset: number } = row;
  return timeMs === null || partition === null || number === null ? null : find({ timeMs, partition, number });
}

/** The lowest number of the deliveries created at `timeMs` or later; the next new number when there is none. */
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
