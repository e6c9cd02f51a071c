import type { Db } from '../../../sqlite/db.ts';
import type { EventPlace } from '../event-codec.ts';
import { internText, targetNumber } from './interned-ids.ts';
import { enqueueOrdered } from './order-queue.ts';

/** One planned delivery without its event; a tuple, since it crosses threads for every event. */
export type PlannedRow = [
  actionId: string | null,
  actionVersion: number | null,
  destinationId: string,
  destinationVersion: number,
  connectionId: string,
  dueAt: number | null,
  test: boolean,
  orderKey?: number,
];

/** The first of consecutive row numbers, and the creation time of all rows; a tuple, as `PlannedRow` is. */
export type PlannedNumbers = [first: number, createdAt: number];

/** Creates deliveries, each with the place of its event or null. */
export function insertPlanned(
  db: Db,
  rows: readonly (readonly [EventPlace | null, PlannedRow])[],
  now: number,
  replayId = '',
) {
  const clock = deliveryClock(db);
  const createdAt = Math.max(now, clock.last_at);
  const planned: PlannedNumbers = [clock.next, createdAt];
  for (const [event, row] of rows) insert(db, clock.next++, createdAt, event, row, replayId);
  if (rows.length > 0) {
    clock.last_at = createdAt;
    db.run('UPDATE delivery_clock SET next = ?, last_at = ?', clock.next, clock.last_at);
  }
  return planned;
}

function insert(
  db: Db,
  number: number,
  createdAt: number,
  event: EventPlace | null,
  row: PlannedRow,
  replayId: string,
) {
  const [actionId, actionVersion, destinationId, destinationVersion, connectionId, dueAt, test, orderKey] = row;
  db.run(
    `INSERT INTO delivery (number, created_at, event, event_at, action, action_version, target, destination_version,
       due_at, test) VALUES (?, ?, (? << 48) | ?, ?, ?, ?, ?, ?, ?, ?)`,
    number,
    createdAt,
    event?.partition ?? null,
    event?.number ?? null,
    event?.timeMs ?? null,
    internText(db, actionId),
    actionVersion,
    targetNumber(db, destinationId, connectionId, replayId),
    destinationVersion,
    dueAt,
    test ? 1 : 0,
  );
  if (orderKey !== undefined) enqueueOrdered(db, number, orderKey);
}

type Clock = { next: number; last_at: number };

function deliveryClock(db: Db): Clock {
  return db.keep('deliveryClock', () => {
    const row = db.get<Clock>('SELECT next, last_at FROM delivery_clock');
    if (row === undefined) throw new Error('The table delivery_clock has no row.');
    return { ...row };
  });
}
