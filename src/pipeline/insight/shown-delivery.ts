import type { Attempt, Delivery, Reason } from '../../contract/records/delivery.ts';
import type { LoggedDelivery } from '../../journal/journal.ts';
import { waitingForToken } from '../attempt/attempt-log.ts';
import type { Block } from '../dispatch/limits.ts';
import type { Order } from '../snapshot/order-key.ts';
import type { QueueStatus } from './queue-status.ts';

/** The current state of a delivery that is not in the log. */
export type Moment = {
  isSending: boolean;
  /** Why its destination is held; null: it is not. */
  hold: { reason: Reason; detail: string | null } | null;
  /** The limit that delays it now; null: none. */
  block: Block | null;
  /** The order setting of its destination, if there is one. */
  order: Pick<Order, 'key'> | null;
  now: number;
};

/** The dispatcher's view of a delivery. For a finished one it is not asked for a limit. */
export function momentOf(
  logged: LoggedDelivery,
  queueStatus: Pick<QueueStatus, 'isSending' | 'blockOf' | 'orderOf'>,
  hold: Moment['hold'] | undefined,
  now: number,
): Moment {
  return {
    isSending: queueStatus.isSending(logged.id),
    hold: hold ?? null,
    block: logged.dueAt === null ? null : queueStatus.blockOf(logged),
    order: queueStatus.orderOf(logged.destinationId),
    now,
  };
}

/**
 * A delivery as the API shows it: an unfinished one that is due to a held destination is `held`, with the reason of the
 * hold.
 */
export function shownDelivery(logged: LoggedDelivery & { attemptLog?: Attempt[] }, moment: Moment): Delivery {
  const { actionVersion: _a, destinationVersion: _d, dueAt, createdAt, finishedAt, attemptLog, ...same } = logged;
  const isWaiting = (same.status === 'pending' || same.status === 'retrying') && dueAt !== null;
  const isDue = isWaiting && !moment.isSending && dueAt <= moment.now;
  const hold = isDue ? moment.hold : null;
  const isBlocked = isDue ? hold === null : isWaiting && !moment.isSending && isAsked(moment.block);
  const until = isBlocked ? (moment.block?.until ?? null) : null;
  const isPaused = until === Number.POSITIVE_INFINITY;
  const earlier = isDue && hold === null && moment.order !== null ? logged.waitsFor : undefined;
  const wait = !isDue || hold !== null ? null : waitOf(earlier, moment, same);
  return {
    id: same.id,
    eventId: same.eventId,
    actionId: same.actionId,
    destinationId: same.destinationId,
    connectionId: same.connectionId,
    status: moment.isSending && isWaiting ? 'sending' : hold !== null ? 'held' : same.status,
    reason: hold?.reason ?? wait?.reason ?? same.reason,
    detail: hold?.detail ?? wait?.detail ?? same.detail,
    errorKind: same.errorKind,
    attempts: same.attempts,
    nextAttemptAt:
      dueAt === null || hold !== null || earlier !== undefined || isPaused
        ? null
        : new Date(Math.max(until ?? 0, dueAt)).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    test: same.test,
    replayId: same.replayId,
    replayOf: same.replayOf,
    replayedBy: same.replayedBy ?? null,
    ...(attemptLog === undefined ? {} : { attemptLog }),
  };
}

/** Whether the system or its token endpoint asked for the wait: it applies to deliveries that are due during it, too. */
function isAsked(block: Block | null): boolean {
  return block?.limit === 'token' || (block?.limit === 'rate' && block.isAsked);
}

type Wait = { reason: Reason | null; detail: string };

/** Why a due delivery is not sent at once. An earlier failure says more than a wait for its turn. */
function waitOf(
  earlier: string | undefined,
  { order, block, now }: Moment,
  { reason, errorKind }: Pick<LoggedDelivery, 'reason' | 'errorKind'>,
): Wait | null {
  if (earlier !== undefined && order !== null)
    return { reason: 'order', detail: `Waits for ${earlier}, an earlier delivery with the same ${order.key}.` };
  if (block === null || block.limit === 'hold') return null;
  if (block.limit === 'token') return { reason: 'budget', detail: waitingForToken(block.detail, block.until - now) };
  if (block.limit === 'rate') {
    // Until a person resumes it.
    if (block.until === Number.POSITIVE_INFINITY) return { reason: null, detail: 'Its replay is paused.' };
    const seconds = Math.ceil((block.until - now) / 1_000);
    if (block.isAsked)
      return {
        reason: 'budget',
        detail: `The system asked for a pause of its ${block.of}: waits for about ${seconds} s.`,
      };
    return { reason: 'budget', detail: `Waits for the rate limit of its ${block.of}, about ${seconds} s.` };
  }
  if (block.limit === 'batch') {
    if (reason !== null || errorKind !== null) return null;
    const seconds = Math.ceil((block.until - now) / 1_000);
    return { reason: null, detail: `Waits for more deliveries to send in one request, at most ${seconds} s.` };
  }
  if (reason !== null) return null;
  const { of, requests, until } = block;
  if (until !== null)
    return { reason: null, detail: 'The system refuses requests: one at a time is sent, with breaks.' };
  if (of === 'all') return { reason: null, detail: `${requests} requests are in flight, close to the limit of all.` };
  const where = { destination: 'to its destination', connection: 'of its connection' }[of];
  const are = requests === 1 ? `1 request ${where} is` : `${requests} requests ${where} are`;
  return { reason: null, detail: `${are} in flight, which is the limit.` };
}
