import type { Clock } from '../../async/clock.ts';
import type { NewId } from '../../contract/ids.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Attempter } from './attempter.ts';
import { type DeliveryPlan, type Plans, versionsOf } from './delivery-plan.ts';
import { erroredStep, type Moment, redactedOrEmptied } from './error-policy.ts';
import { redactor } from './exchange-redaction.ts';
import { type Step, stepAfter, stepOf } from './next-step.ts';
import type { RedactionPolicies } from './redaction-policy.ts';
import { type Requests, Withheld } from './work.ts';

export type AttemptOptions = {
  configuration: Configuration;
  attempter: Attempter;
  plans: Plans;
  clock: Clock;
  newId: NewId;
  redaction: RedactionPolicies;
  telemetry: Pick<Telemetry, 'failedOften'>;
  random(): number;
};

export type DeliveryAttempt = (delivery: DueDelivery, requests: Requests) => Promise<Step>;

/**
 * Makes the next attempt of a delivery with the versions it was planned with, their compiled form, and the current
 * connection. A delivery that was on hold before its first render uses the current versions instead. Rejects with `Withheld`
 * alone: see error-policy.ts.
 */
export function createDeliveryAttempt(options: AttemptOptions): DeliveryAttempt {
  return (delivery, requests) => attempt(options, delivery, requests);
}

async function attempt(options: AttemptOptions, delivery: DueDelivery, requests: Requests): Promise<Step> {
  const { configuration, plans, clock, telemetry } = options;
  const present = configuration.snapshot.planOf(delivery.destinationId);
  if (present === null) return abandoned(delivery, 'Its destination was deleted.');
  if (delivery.rendered === null && delivery.event === null && delivery.eventId !== null)
    return abandoned(delivery, "Its event is no longer stored, so it can't be rendered.");
  const startedAt = clock.now();
  let when: Moment = 'before the request was sent';
  try {
    const redaction = options.redaction(present.destination);
    const wasHeld = plans.usesLatestVersions(delivery);
    const wanted = wasHeld ? { ...delivery, ...plans.presentVersions(delivery) } : delivery;
    const found = plans.pinned(wanted, present);
    const { action, to } = found instanceof Promise ? await found : found;
    if (to === null) return abandoned(delivery, `Version ${wanted.destinationVersion} of its destination is lost.`);
    // Without its mapping the whole event would be sent.
    if (wanted.actionId !== null && action === null)
      return abandoned(delivery, `Version ${wanted.actionVersion} of its action is lost.`);
    if (to.missingHeaders !== null) return heldWithout(delivery, to.missingHeaders);
    const work = workOf(delivery, plans.planFor(action, to), clock.now());
    const attempted = await options.attempter.attempt(work, requests);
    when = 'after the request was sent';
    const now = clock.now();
    const step = stepAfter(attempted, { delivery, policy: to.retry, now, random: options.random });
    if (isReplaced(configuration, to)) forgetCredentials(step);
    if (redaction !== null) {
      const redact = redactor(redaction, delivery.event === null ? [] : [delivery.event], now);
      step.settlement = redactedOrEmptied(redact, telemetry)(step.settlement);
    }
    if (wasHeld) step.settlement.pinned = versionsOf(wanted);
    return step;
  } catch (error) {
    if (error instanceof Withheld) throw error;
    telemetry.failedOften(error, 'attempt a delivery');
    const { retry: policy, connection, destination } = present;
    const given = { delivery, policy, startedAt, connectionVersion: connection.version };
    return erroredStep(error, when, { ...options, ...given, settings: destination.body.settings });
  }
}

function workOf(delivery: DueDelivery, plan: DeliveryPlan, now: number) {
  return {
    deliveryId: delivery.id,
    idempotencyKey: delivery.idempotencyKey ?? delivery.id,
    createdAt: delivery.createdAt,
    queuedMs: Math.max(0, now - (delivery.dueAt ?? now)),
    number: delivery.number,
    waitedMs: delivery.waitedMs,
    event: delivery.event,
    dataText: delivery.dataText ?? null,
    data: null,
    rendered: delivery.rendered,
    batch: null,
    plan,
  };
}

/** Whether the connection was changed during the attempt. */
export function isReplaced({ snapshot }: Pick<Configuration, 'snapshot'>, { connection }: DestinationPlan): boolean {
  return snapshot.documents.connection.get(connection.id)?.version !== connection.version;
}

/** The result of replaced credentials says nothing about the current ones. */
export function forgetCredentials(step: Step): void {
  step.auth = null;
  step.peerSignal = null;
}

/** A step for a delivery that will never be sent. */
export function abandoned(delivery: DueDelivery, detail: string): Step {
  return withoutAttempt(delivery, { status: 'cancelled', reason: 'cancelled', detail, errorKind: null });
}

/**
 * Holds a delivery of an old version whose secret header is missing in the current version. `missing` names the header.
 */
export function heldWithout(delivery: DueDelivery, missing: string): Step {
  const detail = `${missing} The current version of the destination has no such secret. Add it there, or retry the delivery with the current version.`;
  return withoutAttempt(delivery, { status: 'held', reason: 'credentials_missing', detail, errorKind: 'auth' });
}

/** A step without an attempt, after which the delivery is not due. */
function withoutAttempt(
  { id, attempts, scheduleStep, waitedMs }: DueDelivery,
  end: Pick<Settlement, 'status' | 'reason' | 'detail' | 'errorKind'>,
): Step {
  return stepOf({ deliveryId: id, attempts, scheduleStep, waitedMs, dueAt: null, log: [], ...end });
}
