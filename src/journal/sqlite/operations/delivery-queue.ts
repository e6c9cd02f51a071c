import type { Db } from '../../../sqlite/db.ts';
import { type Hold, type Lease, suspectDeaths } from '../../journal.ts';
import type { PackedAttempt } from '../attempt-codec.ts';
import type { EventLine } from '../event-codec.ts';
import { statusCodes } from '../status-codes.ts';
import { attemptBlocks } from './attempt-blocks.ts';
import { keepExchanges, type SettledExchange } from './batch-exchanges.ts';
import { setBodiesUntil } from './body-retention.ts';
import { type DeliveryPlace, type DeliveryRow, deliveryRow, eventOf } from './delivery-row.ts';
import { eventFinder } from './events.ts';
import { internText, type Target, targetIds, wordText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { dequeueOrdered, followersOf, hasOrderQueues, removeOrder } from './order-queue.ts';
import { readBudget } from './read-budget.ts';

/** A due delivery with its event and its rendered request, both as text. */
export type DueRow = { row: DeliveryRow; event: EventLine | null; rendered: string | null };

/** The next step of one delivery; a tuple, since it crosses threads for every event. */
export type SettledStep = [
  number: number,
  timeMs: number,
  status: number,
  reason: string | null,
  detail: string | null,
  errorKind: string | null,
  attempts: number,
  scheduleStep: number,
  waitedMs: number,
  dueAt: number | null,
  /** The highest attempt number in the line; 0 without attempts. */
  lastAttempt: number,
  /** The lowest attempt number; 0 without attempts. */
  firstAttempt: number,
  pinned: { actionVersion: number | null; destinationVersion: number } | null,
  leavesOrder?: true,
];

type SettledBatch = {
  lease: Lease;
  now: number;
  /** SettledStep[] as JSON. */
  steps: string;
  /** For each step the rendered request and the attempts, as text; '' for none. */
  rendered: string[];
  attempts: string[];
  /** The batch exchanges that the attempts name. */
  exchanges: SettledExchange[];
  /** When the bodies of these deliveries are removed; left out when none has a time. */
  bodiesUntil?: [number: number, at: number][];
};

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
    const blocks = attemptBlocks(db, budget);
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

  settle(db: Db, { lease, now, steps, rendered, attempts, exchanges, bodiesUntil }: SettledBatch): boolean {
    if (!isCurrent(db, lease)) return false;
    const blocks = attemptBlocks(db);
    const parsed: SettledStep[] = JSON.parse(steps);
    const before: (number | null)[] = [];
    for (const [index, step] of parsed.entries()) {
      const text = { rendered: rendered[index] ?? '', attempts: attempts[index] ?? '' };
      const known = settleOne(db, blocks, step, text, now);
      if (exchanges.length > 0) before[index] = known;
    }
    blocks.flush();
    keepExchanges(db, exchanges, ({ at, attempt }) => {
      const known = before[at] ?? Number.POSITIVE_INFINITY;
      return attempt > known ? (parsed[at]?.[0] ?? null) : null;
    });
    if (bodiesUntil !== undefined) setBodiesUntil(db, bodiesUntil);
    return true;
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

type Before = {
  created_at: number;
  status: number;
  reason: number | null;
  exchanges: number;
  block: number | null;
  rendered_block: number | null;
};

/** Whether it was held for too long. An attempt that was in flight at that time still counts. */
const isExpired = (db: Db, { status, reason }: Before) =>
  status === statusCodes.failed && reason !== null && wordText(db, reason) === 'expired';

type Blocks = ReturnType<typeof attemptBlocks>;
type StepText = { rendered: string; attempts: string };

/** Returns the number of the last exchange that was logged before; null when the step was skipped. */
function settleOne(db: Db, blocks: Blocks, step: SettledStep, text: StepText, now: number): number | null {
  const [number, timeMs] = step;
  // Most steps are first attempts: updating such a row blindly is cheaper than reading each row first.
  const untouched = { created_at: timeMs, status: 0, reason: null, exchanges: 0, block: null, rendered_block: null };
  if (step[11] === 1 && take(db, blocks, step, text, now, untouched)) return 0;
  const before = db.get<Before>(
    'SELECT created_at, status, reason, exchanges, block, rendered_block FROM delivery WHERE number = ?',
    number,
  );
  if (before === undefined || before.created_at !== timeMs) return null;
  return take(db, blocks, step, text, now, before) ? before.exchanges : null;
}

/** Applies a step to a delivery in the state `before`; false, with no change, when it is in another state. */
function take(db: Db, blocks: Blocks, step: SettledStep, text: StepText, now: number, before: Before): boolean {
  const [number, timeMs, status, reason, detail, errorKind, attempts, scheduleStep, waitedMs, dueAt, last] = step;
  const line = newLine(blocks, number, before, step, text);
  const block = line === null ? before.block : blocks.current();
  const renderedBlock = line !== null && line.rendered !== '' ? block : before.rendered_block;
  const exchanges = Math.max(last, before.exchanges);
  const isEnded = before.status > statusCodes.held && !(status === statusCodes.delivered && isExpired(db, before));
  const isTaken = isEnded
    ? db.run(
        'UPDATE delivery SET attempts = ?, exchanges = ?, block = ?, rendered_block = ? WHERE number = ?',
        attempts,
        exchanges,
        block,
        renderedBlock,
        number,
      )
    : db.run(
        `UPDATE delivery SET status = ?, reason = ?, detail = ?, error_kind = ?, attempts = ?, exchanges = ?,
             schedule_step = ?, waited_ms = ?, due_at = ?, finished_at = ?, block = ?, rendered_block = ?, deaths = 0
           WHERE number = ? AND created_at = ? AND exchanges = ? AND block IS ? AND status <= ?`,
        status,
        internText(db, reason),
        detail,
        internText(db, errorKind),
        attempts,
        exchanges,
        scheduleStep,
        waitedMs,
        status <= statusCodes.retrying ? dueAt : null,
        status > statusCodes.held ? now : null,
        block,
        renderedBlock,
        number,
        timeMs,
        before.exchanges,
        before.block,
        Math.max(before.status, statusCodes.held),
      );
  if (isTaken === 0) return false;
  if (status > statusCodes.held && before.status <= statusCodes.held) dequeueOrdered(db, number);
  if (step[13] === true) removeOrder(db, number);
  if (line !== null) blocks.write(number, { before: before.block, ...line });
  const pinned = step[12];
  if (pinned !== null) {
    const sql = 'UPDATE delivery SET action_version = ?, destination_version = ? WHERE number = ?';
    db.run(sql, pinned.actionVersion, pinned.destinationVersion, number);
  }
  return true;
}

/**
 * The new part of the log: without attempts that are logged already, and without request bodies that equal the rendered
 * one.
 */
function newLine(blocks: Blocks, number: number, before: Before, step: SettledStep, text: StepText): StepText | null {
  let { rendered, attempts } = text;
  const last = step[10];
  const first = step[11];
  if (last <= before.exchanges) attempts = '';
  const isRepeated = first <= before.exchanges && attempts !== '';
  const stored = before.rendered_block === null ? null : blocks.rendered(before.rendered_block, number);
  if (rendered === stored) rendered = '';
  if (attempts !== '' && (isRepeated || (stored !== null && rendered === ''))) {
    const packed: PackedAttempt[] = JSON.parse(attempts);
    const news = packed.filter((attempt) => attempt[1] > before.exchanges);
    if (stored !== null && rendered === '') {
      const body: unknown = JSON.parse(stored)[2]; // a reference equals no body
      for (const { 7: request } of news) if (request !== null && request !== 1 && request[3] === body) request[3] = 0;
    }
    attempts = JSON.stringify(news);
  }
  return rendered === '' && attempts === '' ? null : { rendered, attempts };
}
