import type { Clock } from '../../async/clock.ts';
import { missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { NewId } from '../../contract/ids.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { mustRerender, type RedactionPolicies, redactor } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { erroredStep, type Moment, redactedOrEmptied } from './error-policy.ts';
import type { Attempter } from './exchange.ts';
import { type Step, stepAfter } from './next-step.ts';
import type { Plans } from './render-plan.ts';

/**
 * Makes the next attempt of a delivery with the versions it was planned with, their compiled form, and the current
 * connection. A delivery that was on hold before its first render uses the current versions instead. Never rejects: see
 * error-policy.ts.
 */
export function createDeliveryAttempt(options: {
  configuration: Configuration;
  attempter: Attempter;
  plans: Plans;
  clock: Clock;
  newId: NewId;
  redaction: RedactionPolicies;
  telemetry: Pick<Telemetry, 'failedOften'>;
  random(): number;
}): (delivery: DueDelivery) => Promise<Step> {
  const { configuration, attempter, plans, clock, telemetry } = options;

  return async (delivery) => {
    const { documents } = configuration.snapshot;
    const present = documents.destination.get(delivery.destinationId);
    const connection = present && documents.connection.get(present.body.connectionId);
    if (present === undefined || connection === undefined) return abandoned(delivery, 'Its destination was deleted.');
    if (delivery.rendered === null && delivery.event === null && delivery.eventId !== null)
      return abandoned(delivery, "Its event is no longer stored, so it can't be rendered.");
    const startedAt = clock.now();
    let when: Moment = 'before the request was sent';
    try {
      const redaction = options.redaction(present);
      const wasHeld = plans.usesLatestVersions(delivery, mustRerender(redaction));
      const wanted = wasHeld ? { ...delivery, ...plans.presentVersions(delivery) } : delivery;
      const pinned = plans.pinned(wanted);
      const { action, destination } = pinned instanceof Promise ? await pinned : pinned;
      if (destination === null)
        return abandoned(delivery, `Version ${wanted.destinationVersion} of its destination is lost.`);
      // Without its mapping the whole event would be sent.
      if (wanted.actionId !== null && action === null)
        return abandoned(delivery, `Version ${wanted.actionVersion} of its action is lost.`);
      const missing = missingHeaderValues(destination.body.settings.headers);
      if (missing !== null) return heldWithout(delivery, missing);
      const now = clock.now();
      const attempted = await attempter.attempt({
        deliveryId: delivery.id,
        idempotencyKey: delivery.idempotencyKey,
        createdAt: delivery.createdAt,
        queuedMs: Math.max(0, now - (delivery.dueAt ?? now)),
        number: delivery.number,
        waitedMs: delivery.waitedMs,
        event: delivery.event,
        data: null,
        rendered: delivery.rendered,
        batch: null,
        plan: plans.planFor({ action, destination }),
        action,
        destination,
        connection,
      });
      when = 'after the request was sent';
      const policy = destination.body.settings.retry ?? connection.body.settings.retry;
      const after = stepAfter(attempted, { delivery, policy, now: clock.now(), random: options.random });
      const isPresent = configuration.snapshot.documents.connection.get(connection.id)?.version === connection.version;
      // The result of replaced credentials says nothing about the current ones.
      const honest = isPresent ? after : { ...after, auth: null, sign: null };
      const events = delivery.event === null ? [] : [delivery.event];
      const step =
        redaction === null
          ? honest
          : {
              ...honest,
              settlement: redactedOrEmptied(redactor(redaction, events, clock.now()), telemetry)(honest.settlement),
            };
      if (!wasHeld) return step;
      const { actionVersion, destinationVersion } = wanted;
      return { ...step, settlement: { ...step.settlement, pinned: { actionVersion, destinationVersion } } };
    } catch (error) {
      telemetry.failedOften(error, 'attempt a delivery');
      const policy = present.body.settings.retry ?? connection.body.settings.retry;
      return erroredStep(error, when, {
        ...options,
        delivery,
        policy,
        startedAt,
        connectionVersion: connection.version,
      });
    }
  };
}

/** A step for a delivery that will never be sent. */
export function abandoned(delivery: DueDelivery, detail: string): Step {
  return ended(delivery, { status: 'cancelled', reason: 'cancelled', detail, errorKind: null });
}

/**
 * Holds a delivery of an old version whose secret header is missing in the current version. `missing` names the header.
 */
export function heldWithout(delivery: DueDelivery, missing: string): Step {
  const detail = `${missing} The current version of the destination has no such secret. Add it there, or retry the delivery with the current version.`;
  return ended(delivery, { status: 'held', reason: 'credentials_missing', detail, errorKind: 'auth' });
}

/** A step without an attempt, after which the delivery is not due. */
function ended(
  { id, attempts, scheduleStep, waitedMs }: DueDelivery,
  end: Pick<Settlement, 'status' | 'reason' | 'detail' | 'errorKind'>,
): Step {
  return {
    quota: null,
    wait: null,
    health: 'neutral',
    auth: null,
    sign: null,
    pauses: false,
    follows: false,
    settlement: { deliveryId: id, ...end, attempts, scheduleStep, waitedMs, dueAt: null, log: [] },
  };
}
