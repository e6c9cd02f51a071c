import { placedId } from '../../contract/ids.ts';
import type { Db } from '../../sqlite/db.ts';
import type { EventPlace } from '../codec/event-codec.ts';
import { statusCodes, statusOf } from '../codec/status-codes.ts';
import type { LoggedDelivery } from '../journal.ts';
import { deliveryId, deliveryPlaceOf } from './delivery-id-codec.ts';
import { offsetMask } from './event-groups.ts';
import { targetOf, wordText } from './interned-ids.ts';
import { firstInLine } from './order-queue.ts';

/** A delivery as read from the database. */
export type DeliveryRow = {
  logged: LoggedDelivery;
  number: number;
  target: number;
  /** See `statusCodes`. */
  status: number;
  event: EventPlace | null;
  exchanges: number;
  scheduleStep: number;
  waitedMs: number;
  deaths: number;
  block: number | null;
  renderedBlock: number | null;
  orderKey: number | null;
  idempotencyKey: string | null;
};

/** The columns that `DeliveryRow` has in another form. */
type Columns = {
  partition: number | null;
  offset: number | null;
  eventAt: number | null;
  action: number | null;
  test: number;
  reason: number | null;
  errorKind: number | null;
  isBehind: number;
  replayOf: number | null;
  replayOfAt: number | null;
};

type Shown = Pick<
  LoggedDelivery,
  'createdAt' | 'actionVersion' | 'destinationVersion' | 'dueAt' | 'attempts' | 'finishedAt' | 'detail'
>;

/** Words are looked up in memory: joins would double the time, and due deliveries are read by the hundred. */
export function deliveryRow(db: Db, number: number): DeliveryRow | undefined {
  const row = db.get<Omit<DeliveryRow, 'logged' | 'event'> & Shown & Columns>(
    `SELECT number, created_at AS createdAt, event >> 48 AS partition, event & ${offsetMask} AS offset,
       event_at AS eventAt, action, action_version AS actionVersion, target,
       destination_version AS destinationVersion, status, due_at AS dueAt, test, reason, error_kind AS errorKind,
       attempts, exchanges, schedule_step AS scheduleStep, waited_ms AS waitedMs, deaths, finished_at AS finishedAt,
       detail, block, rendered_block AS renderedBlock, order_key AS orderKey, is_behind AS isBehind,
       replay_of AS replayOf, replay_of_at AS replayOfAt, replay_key AS idempotencyKey
     FROM delivery WHERE number = ?`,
    number,
  );
  if (row === undefined) return undefined;
  const { createdAt, partition, offset, eventAt: timeMs, status, block, renderedBlock, orderKey, replayOf } = row;
  const { actionVersion, destinationVersion, dueAt, attempts, finishedAt, detail, exchanges, scheduleStep } = row;
  const { target, waitedMs, deaths, idempotencyKey } = row;
  const isStored = partition !== null && offset !== null && timeMs !== null;
  const event = isStored ? { timeMs, partition, number: offset } : null;
  const { destination, connection, replay } = targetOf(db, target);
  const first =
    row.isBehind === 1 && status <= statusCodes.held && orderKey !== null ? firstInLine(db, orderKey) : null;
  const logged: LoggedDelivery = {
    id: deliveryId(createdAt, number),
    eventId: event && placedId('event', event),
    actionId: wordText(db, row.action),
    actionVersion,
    destinationId: destination,
    destinationVersion,
    connectionId: connection,
    status: statusOf(status),
    reason: wordText(db, row.reason) as LoggedDelivery['reason'], // stored from one
    detail,
    errorKind: wordText(db, row.errorKind) as LoggedDelivery['errorKind'], // likewise
    attempts,
    dueAt,
    createdAt,
    finishedAt,
    test: row.test === 1,
    ...(first !== null && { waitsFor: deliveryId(first.timeMs, first.number) }),
    replayId: replay === '' ? null : replay,
    replayOf: replayOf === null ? null : deliveryId(row.replayOfAt ?? 0, replayOf),
  };
  const same = { number, target, status, event, exchanges, scheduleStep, waitedMs, deaths, block, renderedBlock };
  return { logged, ...same, orderKey, idempotencyKey };
}

/** A delivery as lists have it: with the later one that repeats it, if it was not delivered itself. */
export function listedDelivery(db: Db, number: number): LoggedDelivery | null {
  const row = deliveryRow(db, number);
  return row === undefined ? null : withRepeat(db, row);
}

export function withRepeat(db: Db, { number, status, logged }: DeliveryRow): LoggedDelivery {
  const isOpen = status === statusCodes.pending || status === statusCodes.retrying;
  if (isOpen || status === statusCodes.delivered) return logged;
  // Repeats name the first delivery of their chain, which has the lowest number.
  const first = logged.replayOf === null ? number : deliveryPlaceOf(logged.replayOf)?.number;
  const repeat = db.get<{ number: number; createdAt: number; status: number; target: number }>(
    `SELECT number, created_at AS createdAt, status, target FROM delivery INDEXED BY delivery_replay_of
     WHERE replay_of = ? AND number > ? ORDER BY status = ${statusCodes.delivered} DESC, number DESC LIMIT 1`,
    first ?? null,
    number,
  );
  if (repeat === undefined) return logged;
  const { replay } = targetOf(db, repeat.target);
  const id = deliveryId(repeat.createdAt, repeat.number);
  return { ...logged, replayedBy: { deliveryId: id, replayId: replay, status: statusOf(repeat.status) } };
}
