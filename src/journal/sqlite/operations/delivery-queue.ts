import type { Db } from '../../../sqlite/db.ts';
import { type Hold, type Lease, suspectDeaths } from '../../journal.ts';
import type { EventLine } from '../event-codec.ts';
import { statusCodes } from '../status-codes.ts';
import { AttemptBlocks } from './attempt-blocks.ts';
import { type DeliveryPlace, type DeliveryRow, deliveryRow, eventOf } from './delivery-row.ts';
import { eventFinder } from './events.ts';
import { internText, type Target, targetIds } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { dequeueOrdered, followersOf, hasOrderQueues } from './order-queue.ts';
import { readBudget } from './read-budget.ts';

/** A due delivery with its event and its rendered request, both as text. */
export type DueRow = { row: DeliveryRow; event: EventLine | null; rendered: string | null };

export const queueOperations = {
  due(
    db: Db,
    { destinationId, replayId, now, limit, after, except, inOrder, followers }: DueQuery,
  ): { rows: DueRow[]; behind: DueRow[]; isCut: boolean; nextDueAt: number | null } {
    db.flush();
    const targets = targetIds(db, { destinationId, replayId });
    const known = new Set(except);
    const queues = queuesOf(targets, inOrder || !hasOrderQueues(db));
    const numbers = queues
      .flatMap((queue) => dueNumbers(db, { ...queue, now, limit: limit + known.size, after }))
      .filter(({ number }) => !known.has(number))
      .sort((a, b) => a.due_at - b.due_at || a.number - b.number)
      .slice(0, limit);
    const budget = readBudget();
    const findEvent = eventFinder(db, budget);
    const blocks = new AttemptBlocks(db, budget);
    const load = (number: number): DueRow => {
      const row = deliveryRow(db, number);
      if (row === undefined) throw new Error(`Delivery ${number} is in its index only.`);
      const event = eventOf(findEvent, row);
      const rendered = row.rendered_block === null ? null : blocks.rendered(row.rendered_block, number);
      budget.answer(event?.line ?? null);
      budget.answer(rendered);
      return { row, event, rendered };
    };
    const isSpent = () => budget.isAnswered || budget.isUnpacked;
    const rows: DueRow[] = [];
    for (const { number } of numbers) {
      if (isSpent()) break;
      rows.push(load(number));
    }
    const behind: DueRow[] = [];
    for (const { row } of followers > 0 && hasOrderQueues(db) ? rows : [])
      for (const next of followersOf(db, row.number, { now, known, limit: followers - behind.length })) {
        if (isSpent()) break;
        behind.push(load(next));
      }
    const isCut = rows.length < numbers.length || rows.length === limit;
    return { rows, behind, isCut, nextDueAt: nextDueAt(db, queues, now) };
  },

  backlog: (db: Db, _: null): (Target & { open: number; next_due_at: number })[] =>
    db.all(
      `SELECT destination, connection, replay, open, next_due_at FROM
         (SELECT target, count(*) AS open, min(due_at) AS next_due_at
          FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL GROUP BY target)
       JOIN target ON target.id = target ORDER BY destination, connection, replay`,
    ),

  /** `numbers`: the deliveries in flight, as JSON. */
  mark(db: Db, { lease, numbers, onTrial }: { lease: Lease; numbers: string; onTrial: number | null }): boolean {
    if (!isCurrent(db, lease)) return false;
    db.run('INSERT OR REPLACE INTO mark (scope, deliveries, on_trial) VALUES (?, ?, ?)', lease.scope, numbers, onTrial);
    return true;
  },

  recover(
    db: Db,
    { lease, now }: { lease: Lease; now: number },
  ): { suspects: DeliveryPlace[]; poisoned: DeliveryPlace[] } {
    const suspects: DeliveryPlace[] = [];
    const poisoned: DeliveryPlace[] = [];
    if (!isCurrent(db, lease)) return { suspects, poisoned };
    db.run(
      `UPDATE delivery SET status = ${statusCodes.cancelled}, reason = ?, finished_at = ?
       WHERE test = 1 AND due_at IS NULL AND status IN (${statusCodes.pending}, ${statusCodes.retrying})`,
      internText(db, 'interrupted'),
      now,
    );
    const marker = db.get<{ deliveries: string; onTrial: number | null }>(
      'SELECT deliveries, on_trial AS onTrial FROM mark WHERE scope = ?',
      lease.scope,
    );
    db.run('DELETE FROM mark WHERE scope = ?', lease.scope);
    const inFlight: number[] = JSON.parse(marker?.deliveries ?? '[]');
    const onTrial = marker?.onTrial ?? null;
    const isOnlySuspect = onTrial !== null && !hasOtherSuspects(db, onTrial);
    for (const number of inFlight) {
      const row = db.get<{ deaths: number; timeMs: number }>(
        `SELECT deaths, created_at AS timeMs FROM delivery WHERE number = ? AND status <= ${statusCodes.held}`,
        number,
      );
      if (row === undefined) continue;
      const place = { number, timeMs: row.timeMs };
      const isTrial = number === onTrial && row.deaths >= suspectDeaths;
      if (isTrial && (isOnlySuspect || row.deaths > suspectDeaths)) {
        finish(db, { number, status: statusCodes.failed, reason: 'poison', now });
        poisoned.push(place);
        continue;
      }
      const deaths = isTrial ? suspectDeaths + 1 : Math.max(row.deaths, Math.min(row.deaths + 1, suspectDeaths));
      db.run('UPDATE delivery SET deaths = ? WHERE number = ?', deaths, number);
      if (deaths >= suspectDeaths) suspects.push(place);
    }
    return { suspects, poisoned };
  },

  holds: (db: Db, _: null): Hold[] =>
    db.all(
      `SELECT scope_id AS scopeId, reason, detail, since, probe_at AS probeAt, probes FROM gate ORDER BY scope_id`,
    ),

  saveHold(db: Db, hold: Hold): void {
    db.run(
      'INSERT OR REPLACE INTO gate (scope_id, reason, detail, since, probe_at, probes) VALUES (?, ?, ?, ?, ?, ?)',
      hold.scopeId,
      hold.reason,
      hold.detail,
      hold.since,
      hold.probeAt,
      hold.probes,
    );
  },

  removeHold(db: Db, scopeId: string): void {
    db.run('DELETE FROM gate WHERE scope_id = ?', scopeId);
  },
};

/** Whether an unfinished delivery other than this one is a suspect. Reads the whole table; only a crash in a trial asks. */
function hasOtherSuspects(db: Db, number: number): boolean {
  const found = db.get<{ number: number }>(
    `SELECT number FROM delivery WHERE deaths >= ${suspectDeaths} AND status <= ${statusCodes.held} AND number <> ? LIMIT 1`,
    number,
  );
  return found !== undefined;
}

/** Ends a delivery outside of a settle. */
export function finish(db: Db, end: { number: number; status: number; reason: string; now: number }) {
  db.run(
    'UPDATE delivery SET status = ?, reason = ?, due_at = NULL, finished_at = ? WHERE number = ?',
    end.status,
    internText(db, end.reason),
    end.now,
    end.number,
  );
  dequeueOrdered(db, end.number);
}

type DueQuery = {
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
};
/** A part of the index: the deliveries of a target that are first in their order, or those behind others. */
type Queue = { target: number; isBehind: 0 | 1 };
type DueNumber = { number: number; due_at: number };

function queuesOf(targets: readonly number[], isWithoutBehind: boolean): Queue[] {
  const queues = targets.map((target): Queue => ({ target, isBehind: 0 }));
  return isWithoutBehind ? queues : [...queues, ...queues.map(({ target }): Queue => ({ target, isBehind: 1 }))];
}

/** Two index seeks instead of one row comparison, which would scan every row with the same due time. */
function dueNumbers(db: Db, query: Pick<DueQuery, 'now' | 'limit' | 'after'> & Queue): DueNumber[] {
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

function nextDueAt(db: Db, queues: readonly Queue[], now: number): number | null {
  const times = queues.flatMap(({ target, isBehind }) => {
    const sql = `SELECT min(due_at) AS at FROM delivery INDEXED BY delivery_due
      WHERE target = ? AND is_behind = ? AND due_at > ?`;
    return db.get<{ at: number | null }>(sql, target, isBehind, now)?.at ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}
