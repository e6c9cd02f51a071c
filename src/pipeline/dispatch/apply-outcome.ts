import type { Step } from '../attempt/next-step.ts';
import type { Sign } from '../limits/circuit-breaker.ts';
import type { Holds } from '../limits/holds.ts';
import type { ConnectionQueue, DestinationQueue } from './queues.ts';

/** A request whose outcome is known: when it began, and whether it was the probe of a hold. */
export type Sent = { startedAt: number; isProbe: boolean };

export type OutcomeParts = {
  holds: Pick<Holds, 'refuse' | 'admit' | 'trip' | 'postpone' | 'holdOf'>;
  /** Pauses a destination that is gone for good (410). */
  pause(destinationId: string): Promise<void>;
  /** A probe was not sent: any other delivery of the connection may be the probe. */
  probeAgain(connection: ConnectionQueue): void;
  failed(error: unknown, doing: string): void;
};

/**
 * Applies what an outcome says about the peer: concurrency, quota, pause, circuit breaker, hold. Returns null when
 * everything is done (the usual case), else a promise that never rejects.
 */
export function applyOutcome(
  parts: OutcomeParts,
  queue: DestinationQueue,
  step: Step,
  sent: Sent,
  now: number,
): Promise<void> | null {
  const { connection } = queue;
  if (step.health === 'good') queue.concurrency.succeeded();
  if (step.health === 'overloaded') queue.concurrency.failed(sent.startedAt, now);
  if (step.quota !== null) connection.budget.learn(step.quota, connection.requests, now);
  if (step.wait !== null) (step.wait.scope === 'connection' ? connection : queue).budget.quiet(step.wait.until);
  const isPlain = step.auth?.kind !== 'rejected' && step.sign === 'good' && !step.pauses;
  if (isPlain && parts.holds.holdOf(connection.connectionId) === null) {
    countSign(queue, 'good', now);
    return null;
  }
  return moveHolds(parts, queue, step, sent, now);
}

async function moveHolds(parts: OutcomeParts, queue: DestinationQueue, step: Step, sent: Sent, now: number) {
  await moveHold(parts, queue, step, sent, now).catch((error) => parts.failed(error, 'move a hold'));
  if (step.pauses) await parts.pause(queue.destinationId).catch((error) => parts.failed(error, 'pause a destination'));
}

async function moveHold(
  { holds, probeAgain }: OutcomeParts,
  queue: DestinationQueue,
  { auth, sign, settlement }: Step,
  { isProbe, startedAt }: Sent,
  now: number,
): Promise<void> {
  const { connection } = queue;
  const { connectionId } = connection;
  if (auth?.kind === 'rejected') return holds.refuse(connectionId, auth.detail, now);
  if (auth?.kind === 'accepted') await holds.admit(connectionId, 'auth_rejected', startedAt);
  const reason = countSign(queue, sign, now);
  if (sign === 'good' && (await holds.admit(connectionId, 'breaker_open', startedAt))) connection.breaker.reset();
  const openMs = queue.plan?.breaker.openMs;
  if (reason !== null && openMs !== undefined) return holds.trip(connectionId, reason, now, openMs);
  if (!isProbe) return;
  // A probe that changed nothing: after a sent one, the next probe waits; otherwise another delivery may be the probe
  // at once.
  const isSent = settlement.log.length > 0 && !(settlement.errorKind === 'internal_error' && sign === null);
  if (isSent) return holds.postpone(connectionId, now, openMs);
  probeAgain(connection);
}

/** Counts a sign in the circuit breaker; returns the reason why it opens now, or null. */
function countSign({ connection, plan }: DestinationQueue, sign: Sign | null, now: number): string | null {
  return sign === null || plan === null ? null : connection.breaker.record(sign, now, plan.breaker);
}
