import type { Attempt, Delivery, Reason } from '../contract/delivery.ts';
import type { LoggedDelivery } from '../journal/journal.ts';

/** What is known of a delivery at this moment beside the log. */
export type Moment = { isSending: boolean; closed: { reason: Reason; detail: string | null } | null; now: number };

/** A delivery as people see it: an unfinished one that is due behind a closed gate is held, with the gate's reason. */
export function shownDelivery(logged: LoggedDelivery & { attemptLog?: Attempt[] }, moment: Moment): Delivery {
  const { actionVersion: _a, destinationVersion: _d, dueAt, createdAt, finishedAt, attemptLog, ...same } = logged;
  const isWaiting = (same.status === 'pending' || same.status === 'retrying') && dueAt !== null;
  const gate = isWaiting && !moment.isSending && dueAt <= moment.now ? moment.closed : null;
  return {
    id: same.id,
    eventId: same.eventId,
    actionId: same.actionId,
    destinationId: same.destinationId,
    connectionId: same.connectionId,
    status: moment.isSending && isWaiting ? 'sending' : gate !== null ? 'held' : same.status,
    reason: gate?.reason ?? same.reason,
    detail: gate?.detail ?? same.detail,
    errorKind: same.errorKind,
    attempts: same.attempts,
    nextAttemptAt: dueAt === null || gate !== null ? null : new Date(dueAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    test: same.test,
    ...(attemptLog === undefined ? {} : { attemptLog }),
  };
}
