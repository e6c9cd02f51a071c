import type { Db } from '../../sqlite/db.ts';
import type { Lease } from '../journal.ts';
import type { EventPlace } from './event-operations.ts';
import { advance } from './intake-operations.ts';
import { isCurrent } from './lease-operations.ts';
import { targetId, wordId } from './words.ts';

/** One planned delivery; a tuple, since it is cloned between threads for every event. */
export type PlannedRow = [
  event: EventPlace | null,
  actionId: string | null,
  actionVersion: number | null,
  destinationId: string,
  destinationVersion: number,
  connectionId: string,
  dueAt: number | null,
  test: boolean,
];

export type Plan = {
  lease: Lease;
  advance: { partition: number; from: number; to: number } | null;
  /** PlannedRow[] as JSON, which crosses threads faster than a clone. */
  rows: string;
  now: number;
};

export const planOperations = {
  /** Answers the first number and the creation time of the rows, which have consecutive numbers. */
  plan(db: Db, plan: Plan): { first: number; createdAt: number } | null {
    if (!isCurrent(db, plan.lease)) return null;
    if (plan.advance !== null && !advance(db, plan.advance)) return null;
    const clock = deliveryClock(db);
    const first = clock.next;
    const createdAt = Math.max(plan.now, clock.last_at);
    const rows: PlannedRow[] = JSON.parse(plan.rows);
    for (const row of rows) insert(db, clock.next++, createdAt, row);
    if (rows.length > 0) {
      clock.last_at = createdAt;
      db.run('UPDATE delivery_clock SET next = ?, last_at = ?', clock.next, createdAt);
    }
    return { first, createdAt };
  },
};

function insert(db: Db, number: number, createdAt: number, row: PlannedRow) {
  const [event, actionId, actionVersion, destinationId, destinationVersion, connectionId, dueAt, test] = row;
  db.run(
    `INSERT INTO delivery (number, created_at, event, event_at, action, action_version, target, destination_version,
       due_at, test) VALUES (?, ?, (? << 48) | ?, ?, ?, ?, ?, ?, ?, ?)`,
    number,
    createdAt,
    event?.partition ?? null,
    event?.number ?? null,
    event?.timeMs ?? null,
    wordId(db, actionId),
    actionVersion,
    targetId(db, destinationId, connectionId),
    destinationVersion,
    dueAt,
    test ? 1 : 0,
  );
}

type Clock = { next: number; last_at: number };

function deliveryClock(db: Db): Clock {
  return db.keep('deliveryClock', () => {
    const row = db.get<Clock>('SELECT next, last_at FROM delivery_clock');
    if (row === undefined) throw new Error('The clock of deliveries is missing.');
    return { ...row };
  });
}
