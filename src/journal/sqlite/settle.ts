import type { Db } from '../../sqlite/db.ts';
import { lineOfText, type PackedAttempt } from '../codec/attempt-codec.ts';
import { statusCodes } from '../codec/status-codes.ts';
import { AttemptBlocks } from './attempt-blocks.ts';
import { keepExchanges } from './batch-exchanges.ts';
import type { DeliveryPlace } from './delivery-id-codec.ts';
import { internText, targetOf, wordText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { dequeueOrdered, hasOrderQueues, removeOrder } from './order-queue.ts';
import { forgetOutcome } from './replays.ts';
import { setBodiesUntil } from './retention/body-retention.ts';
import type { SettledBatch, Step, StepText } from './settle-codec.ts';

export const settleOperations = {
  settle(db: Db, { lease, now, first, others, exchanges, bodiesUntil }: SettledBatch): OvertakenPlace[] | false {
    if (!isCurrent(db, lease)) return false;
    const blocks = new AttemptBlocks(db);
    const overtaken: OvertakenPlace[] = [];
    settleFirst(db, { blocks, overtaken, now }, first);
    const before = others.map((step) => settleOne(db, { blocks, overtaken, now }, step));
    blocks.flush();
    if (exchanges.length > 0)
      keepExchanges(db, exchanges, {
        logged({ at, attempt }) {
          const known = before[at] ?? Number.POSITIVE_INFINITY;
          return attempt > known ? (others[at]?.place.number ?? null) : null;
        },
        isGone: ({ at }) => before[at] === null,
      });
    if (bodiesUntil.length > 0) setBodiesUntil(db, bodiesUntil);
    return overtaken;
  },
};

/** Settles deliveries whose first attempt was delivered, if they are unfinished and have no attempt. */
function settleFirst(db: Db, settling: Settling, { places, lines }: SettledBatch['first']) {
  if (places.length === 0) return;
  const { blocks, now } = settling;
  const block = blocks.current;
  const numbers = places.filter((_, index) => index % 2 === 0);
  const byTime = Map.groupBy(numbers.keys(), (index) => places[2 * index + 1]);
  let count = 0;
  for (const [timeMs = 0, indices] of byTime)
    count += db.run(
      `UPDATE delivery SET status = ${statusCodes.delivered}, reason = NULL, detail = NULL, error_kind = NULL,
         attempts = 1, exchanges = 1, schedule_step = 0, waited_ms = 0, due_at = NULL, finished_at = ?1, block = ?2,
         rendered_block = ?2, deaths = 0
       WHERE number IN (SELECT value FROM json_each(?3)) AND created_at = ?4 AND exchanges = 0 AND block IS NULL
         AND status <= ${statusCodes.held}`,
      now,
      block,
      JSON.stringify(indices.map((index) => numbers[index])),
      timeMs,
    );
  if (count === numbers.length) {
    blocks.append(numbers, lines);
    if (hasOrderQueues(db)) for (const number of numbers) dequeueOrdered(db, number);
    return;
  }
  const sql = 'SELECT number FROM delivery WHERE number IN (SELECT value FROM json_each(?)) AND block = ?';
  const settled = new Set(db.all<{ number: number }>(sql, JSON.stringify(numbers), block).map(({ number }) => number));
  for (const [index, text] of lines.split('\n').entries()) {
    const [number, line] = lineOfText(text);
    const place = { number, timeMs: places[2 * index + 1] ?? 0 };
    // A delivery that is twice among them has been settled once.
    if (!settled.delete(number)) settleOne(db, settling, { ...deliveredFirst, text: line, place });
    else {
      blocks.write(number, line);
      dequeueOrdered(db, number);
    }
  }
}

const deliveredFirst = {
  status: 'delivered',
  reason: null,
  detail: null,
  errorKind: null,
  attempts: 1,
  scheduleStep: 0,
  waitedMs: 0,
  dueAt: null,
  firstAttempt: 1,
  lastAttempt: 1,
  responseStatus: null,
} as const;

type OvertakenPlace = DeliveryPlace & { isCorrected: boolean };
type Settling = { blocks: AttemptBlocks; overtaken: OvertakenPlace[]; now: number };

type Before = {
  created_at: number;
  target: number;
  status: number;
  reason: number | null;
  exchanges: number;
  block: number | null;
  rendered_block: number | null;
  response_status: number | null;
};

/** Returns the number of the last exchange that was logged before; null when the delivery is unknown. */
function settleOne(db: Db, { blocks, overtaken, now }: Settling, step: Step): number | null {
  const { number, timeMs } = step.place;
  const before = db.get<Before>(
    `SELECT created_at, target, status, reason, exchanges, block, rendered_block, response_status FROM delivery
     WHERE number = ?`,
    number,
  );
  if (before === undefined || before.created_at !== timeMs) return null;
  const status = statusCodes[step.status];
  const line = newLine(blocks, step, before);
  const block = line === null ? before.block : blocks.current;
  const exchanges = Math.max(step.lastAttempt, before.exchanges);
  db.run(
    `UPDATE delivery SET attempts = ?, exchanges = ?, block = ?, rendered_block = ?, response_status = ? WHERE number = ?`,
    step.attempts,
    exchanges,
    block,
    line !== null && line.rendered !== '' ? block : before.rendered_block,
    step.lastAttempt > before.exchanges ? step.responseStatus : before.response_status,
    number,
  );
  const wasEnded = before.status > statusCodes.held;
  const isCorrected = wasEnded && status === statusCodes.delivered && isWithoutOutcome(db, before);
  if (wasEnded) overtaken.push({ ...step.place, isCorrected });
  if (isCorrected) forgetOutcome(db, targetOf(db, before.target).replay);
  if (!wasEnded || isCorrected)
    db.run(
      `UPDATE delivery SET status = ?, reason = ?, detail = ?, error_kind = ?, schedule_step = ?, waited_ms = ?,
         due_at = ?, finished_at = ?, deaths = 0 WHERE number = ?`,
      status,
      internText(db, step.reason),
      step.detail,
      internText(db, step.errorKind),
      step.scheduleStep,
      step.waitedMs,
      status <= statusCodes.retrying ? step.dueAt : null,
      status > statusCodes.held ? now : null,
      number,
    );
  if (status > statusCodes.held && before.status <= statusCodes.held) dequeueOrdered(db, number);
  if (step.leavesOrder === true) removeOrder(db, number);
  if (line !== null) blocks.write(number, { before: before.block, ...line });
  if (step.pinned !== undefined) {
    const sql = 'UPDATE delivery SET action_version = ?, destination_version = ? WHERE number = ?';
    db.run(sql, step.pinned.actionVersion, step.pinned.destinationVersion, number);
  }
  return before.exchanges;
}

/** Whether it was cancelled or held for too long. An attempt that was in flight at that time still counts. */
const isWithoutOutcome = (db: Db, { status, reason }: Before) =>
  status === statusCodes.cancelled ||
  (status === statusCodes.failed && reason !== null && wordText(db, reason) === 'expired');

/**
 * The new part of the log: without attempts that are logged already, and without request bodies that equal the rendered
 * one.
 */
function newLine(blocks: AttemptBlocks, step: Step, before: Before): StepText | null {
  let { rendered, attempts } = step.text;
  if (step.lastAttempt <= before.exchanges) attempts = '';
  const isRepeated = step.firstAttempt <= before.exchanges;
  const stored = before.rendered_block === null ? null : blocks.rendered(before.rendered_block, step.place.number);
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
