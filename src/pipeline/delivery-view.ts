import type { Attempt, Delivery, Reason } from '../contract/delivery.ts';
import type { LoggedDelivery } from '../journal/journal.ts';
import type { Order } from './order.ts';

/** What is known of a delivery at this moment beside the log. */
export type Moment = {
  isSending: boolean;
  closed: { reason: Reason; detail: string | null } | null;
  /** When it leaves about, if it waits for a budget. */
  leavesAt: number | null;
  /** The order in which its destination's deliveries leave, if there is one. */
  order: Pick<Order, 'key'> | null;
  now: number;
};

/** A delivery as people see it: an unfinished one that is due behind a closed gate is held, with the gate's reason. */
export function shownDelivery(logged: LoggedDelivery & { attemptLog?: Attempt[] }, moment: Moment): Delivery {
  const { actionVersion: _a, destinationVersion: _d, dueAt, createdAt, finishedAt, attemptLog, ...same } = logged;
  const isWaiting = (same.status === 'pending' || same.status === 'retrying') && dueAt !== null;
  const isDue = isWaiting && !moment.isSending && dueAt <= moment.now;
  const gate = isDue ? moment.closed : null;
  const leavesAt = isDue && gate === null ? moment.leavesAt : null;
  const earlier = isDue && gate === null && moment.order !== null ? logged.waitsFor : undefined;
  const wait =
    earlier !== undefined && moment.order !== null
      ? waitBehind(earlier, moment.order)
      : leavesAt === null
        ? null
        : waitFor(leavesAt - moment.now);
  return {
    id: same.id,
    eventId: same.eventId,
    actionId: same.actionId,
    destinationId: same.destinationId,
    connectionId: same.connectionId,
    status: moment.isSending && isWaiting ? 'sending' : gate !== null ? 'held' : same.status,
    reason: gate?.reason ?? wait?.reason ?? same.reason,
    detail: gate?.detail ?? wait?.detail ?? same.detail,
    errorKind: same.errorKind,
    attempts: same.attempts,
    nextAttemptAt:
      dueAt === null || gate !== null || earlier !== undefined ? null : new Date(leavesAt ?? dueAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    test: same.test,
    replayId: same.replayId,
    replayOf: same.replayOf,
    ...(attemptLog === undefined ? {} : { attemptLog }),
  };
}

function waitBehind(id: string, { key }: Pick<Order, 'key'>): { reason: Reason; detail: string } {
  return { reason: 'order', detail: `It waits for ${id}, an earlier one with the same ${key}.` };
}

function waitFor(ms: number): { reason: Reason; detail: string } {
  return { reason: 'budget', detail: `It waits for the budget of its connection, about ${Math.ceil(ms / 1_000)} s.` };
}
