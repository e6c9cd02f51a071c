import type { Db } from '../../sqlite/db.ts';
import { attemptsAfter, lineOfText } from '../codec/attempt-codec.ts';
import { ownBody } from '../codec/rendered-codec.ts';
import { statusCodes } from '../codec/status-codes.ts';
import { AttemptBlocks } from './attempt-blocks.ts';
import { keepExchanges } from './batch-exchanges.ts';
import type { DeliveryPlace } from './delivery-id-codec.ts';
import { internText, targetOf, wordText } from './interned-ids.ts';
import { isCurrent } from './leases.ts';
import { dequeueOrdered, hasOrderQueues, removeOrder } from './order-queue.ts';
import { forgetOutcome } from './replays/replays.ts';
import { setBodiesUntil } from './retention/body-retention.ts';
import { numbersOf, type SettledBatch, type Step, type StepText, timeMsAt } from './settle-codec.ts';

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
  const numbers = numbersOf(places);
  const byTime = Map.groupBy(numbers.keys(), (index) => timeMsAt(places, index));
  let count = 0;
  for (const [timeMs, indices] of byTime)
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
    const place = { number, timeMs: timeMsAt(places, index) };
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

/** Returns the number of the last exchange that was logged before; null when the delivery is unknown. */
function settleOne(db: Db, { blocks, overtaken, now }: Settling, step: Step): number | null {
  const { place } = step;
  const before = storedBefore(db, place);
  if (before === null) return null;
  log(db, blocks, step, before);
  if (before.status <= statusCodes.held) {
    setStep(db, step, now);
    // The delivery behind it moves up once this one is finished.
    if (statusCodes[step.status] > statusCodes.held) dequeueOrdered(db, place.number);
  } else {
    const isCorrected = step.status === 'delivered' && isWithoutOutcome(db, before);
    overtaken.push({ ...place, isCorrected });
    if (isCorrected) {
      forgetOutcome(db, targetOf(db, before.target).replay);
      setStep(db, step, now);
    }
  }
  if (step.leavesOrder === true) removeOrder(db, place.number);
  return before.exchanges;
}

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

function storedBefore(db: Db, { number, timeMs }: DeliveryPlace): Before | null {
  const row = db.get<Before>(
    `SELECT created_at, target, status, reason, exchanges, block, rendered_block, response_status FROM delivery
     WHERE number = ?`,
    number,
  );
  return row?.created_at === timeMs ? row : null;
}

/** Logs the attempts that are not logged yet, whatever has become of the delivery since. */
function log(db: Db, blocks: AttemptBlocks, step: Step, before: Before): void {
  const { number } = step.place;
  const line = newLine(blocks, step, before);
  const block = line === null ? before.block : blocks.current;
  db.run(
    `UPDATE delivery SET attempts = ?, exchanges = ?, block = ?, rendered_block = ?, response_status = ? WHERE number = ?`,
    step.attempts,
    Math.max(step.lastAttempt, before.exchanges),
    block,
    line !== null && line.rendered !== '' ? block : before.rendered_block,
    step.lastAttempt > before.exchanges ? step.responseStatus : before.response_status,
    number,
  );
  if (line !== null) blocks.write(number, { before: before.block, ...line });
  if (step.pinned === undefined) return;
  const sql = 'UPDATE delivery SET action_version = ?, destination_version = ? WHERE number = ?';
  db.run(sql, step.pinned.actionVersion, step.pinned.destinationVersion, number);
}

function setStep(db: Db, step: Step, now: number): void {
  const status = statusCodes[step.status];
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
    step.place.number,
  );
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
  const stored = before.rendered_block === null ? null : blocks.rendered(before.rendered_block, step.place.number);
  const rendered = step.text.rendered === stored ? '' : step.text.rendered;
  const attempts = newAttempts(step, before.exchanges, rendered === '' ? stored : null);
  return rendered === '' && attempts === '' ? null : { rendered, attempts };
}

/** `logged`: the number of the last attempt that is logged. `rendered`: the stored rendered request, if it was sent again. */
function newAttempts({ text, firstAttempt, lastAttempt }: Step, logged: number, rendered: string | null): string {
  if (text.attempts === '' || lastAttempt <= logged) return '';
  if (firstAttempt > logged && rendered === null) return text.attempts;
  return attemptsAfter(logged, text.attempts, rendered === null ? undefined : ownBody(rendered));
}
