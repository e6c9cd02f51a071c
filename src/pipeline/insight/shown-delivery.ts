import type { TokenPause } from '../../connections/authenticator.ts';
import type { Attempt, Delivery, Reason } from '../../contract/records/delivery.ts';
import type { LoggedDelivery } from '../../journal/journal.ts';
import type { Order } from '../accept/order-key.ts';
import { waitingForToken } from '../attempt/attempt-log.ts';
import type { Crowd } from '../dispatch/destination-queue.ts';
import type { Outlook } from './queue-status.ts';

/** What is known of a delivery at this moment beside the log. */
export type Moment = {
  isSending: boolean;
  closed: { reason: Reason; detail: string | null } | null;
  /** When it leaves about, if it waits for a budget. */
  leavesAt: number | null;
  /** Why its connection asks for no token now. */
  tokenPause: TokenPause | null;
  /** What is under way where it waits for its turn. */
  crowd: Crowd | null;
  /** The order in which its destination's deliveries leave, if there is one. */
  order: Pick<Order, 'key'> | null;
  now: number;
};

/** Asks those who know; of one that ended nobody has to be asked what keeps it. */
export function momentOf(
  logged: LoggedDelivery,
  outlook: Pick<Outlook, 'isSending' | 'leavesAt' | 'crowdOf' | 'tokenPauseOf' | 'orderOf'>,
  closed: Moment['closed'] | undefined,
  now: number,
): Moment {
  return {
    isSending: outlook.isSending(logged.id),
    closed: closed ?? null,
    leavesAt: outlook.leavesAt(logged),
    tokenPause: logged.dueAt === null ? null : outlook.tokenPauseOf(logged.connectionId),
    crowd: logged.dueAt === null ? null : outlook.crowdOf(logged),
    order: outlook.orderOf(logged.destinationId),
    now,
  };
}

/** A delivery as people see it: an unfinished one that is due behind a closed gate is held, with the gate's reason. */
export function shownDelivery(logged: LoggedDelivery & { attemptLog?: Attempt[] }, moment: Moment): Delivery {
  const { actionVersion: _a, destinationVersion: _d, dueAt, createdAt, finishedAt, attemptLog, ...same } = logged;
  const isWaiting = (same.status === 'pending' || same.status === 'retrying') && dueAt !== null;
  const isDue = isWaiting && !moment.isSending && dueAt <= moment.now;
  const gate = isDue ? moment.closed : null;
  const leavesAt = isDue && gate === null ? moment.leavesAt : null;
  const earlier = isDue && gate === null && moment.order !== null ? logged.waitsFor : undefined;
  const wait = !isDue || gate !== null ? null : waitOf(earlier, leavesAt, moment, same.reason);
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

type Wait = { reason: Reason | null; detail: string };

/** Why it is not sent at once. What went wrong before says more than that it waits for its turn. */
function waitOf(
  earlier: string | undefined,
  leavesAt: number | null,
  { order, crowd, tokenPause, now }: Moment,
  before: Reason | null,
): Wait | null {
  if (earlier !== undefined && order !== null) return waitBehind(earlier, order);
  if (tokenPause !== null)
    return { reason: 'budget', detail: waitingForToken(tokenPause.detail, tokenPause.until - now) };
  if (leavesAt !== null) return waitFor(leavesAt - now);
  return crowd === null || before !== null ? null : waitForTurn(crowd);
}

function waitForTurn({ of, underWay }: Crowd): Wait {
  const where = { destination: 'to its destination', connection: 'of its connection', origin: 'to its server' }[of];
  const requests = underWay === 1 ? `1 request ${where} is` : `${underWay} requests ${where} are`;
  return { reason: null, detail: `${requests} under way, the most at once.` };
}

function waitBehind(id: string, { key }: Pick<Order, 'key'>): Wait {
  return { reason: 'order', detail: `It waits for ${id}, an earlier one with the same ${key}.` };
}

function waitFor(ms: number): Wait {
  return { reason: 'budget', detail: `It waits for the budget of its connection, about ${Math.ceil(ms / 1_000)} s.` };
}
