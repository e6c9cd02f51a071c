import type { Clock } from '../../async/clock.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { type Keepings, redactor, rendersAnew } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Attempter } from './exchange.ts';
import { type Step, stepAfter } from './next-step.ts';
import type { Plans } from './render-plan.ts';

/**
 * Makes the next attempt of a delivery: finds the versions it was planned with, what they compile to and the connection
 * as it is now. A delivery that a gate held before its first render takes the present versions instead.
 */
export function createWorker(options: {
  configuration: Configuration;
  attempter: Attempter;
  plans: Plans;
  clock: Clock;
  keeping: Keepings;
  random(): number;
}): (delivery: DueDelivery) => Promise<Step> {
  const { configuration, attempter, plans, clock } = options;

  return async (delivery) => {
    const { documents } = configuration.snapshot;
    const present = documents.destination.get(delivery.destinationId);
    const connection = present && documents.connection.get(present.body.connectionId);
    if (present === undefined || connection === undefined) return abandoned(delivery, 'Its destination was deleted.');
    if (delivery.rendered === null && delivery.event === null && delivery.eventId !== null)
      return abandoned(delivery, 'Its event is no longer stored, so that it can not be rendered.');
    const keeping = options.keeping(present);
    const wasHeld = plans.isPinnedAnew(delivery, rendersAnew(keeping));
    const wanted = wasHeld ? { ...delivery, ...plans.presentVersions(delivery) } : delivery;
    const pinned = plans.pinned(wanted);
    const { action, destination } = pinned instanceof Promise ? await pinned : pinned;
    if (destination === null)
      return abandoned(delivery, `Version ${wanted.destinationVersion} of its destination is lost.`);
    // Without its mapping the whole event would go out.
    if (wanted.actionId !== null && action === null)
      return abandoned(delivery, `Version ${wanted.actionVersion} of its action is lost.`);
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
    const policy = destination.body.settings.retry ?? connection.body.settings.retry;
    const after = stepAfter(attempted, { delivery, policy, now: clock.now(), random: options.random });
    const isPresent = configuration.snapshot.documents.connection.get(connection.id)?.version === connection.version;
    // Credentials that were replaced meanwhile say nothing about the present ones.
    const honest = isPresent ? after : { ...after, auth: null, sign: null };
    const events = delivery.event === null ? [] : [delivery.event];
    const step =
      keeping === null ? honest : { ...honest, settlement: redactor(keeping, events, clock.now())(honest.settlement) };
    if (!wasHeld) return step;
    const { actionVersion, destinationVersion } = wanted;
    return { ...step, settlement: { ...step.settlement, pinned: { actionVersion, destinationVersion } } };
  };
}

/** Nothing can be sent for it any more. */
export function abandoned({ id, attempts, scheduleStep, waitedMs }: DueDelivery, detail: string): Step {
  return {
    quota: null,
    wait: null,
    health: 'neutral',
    auth: null,
    sign: null,
    pauses: false,
    follows: false,
    settlement: {
      deliveryId: id,
      status: 'cancelled',
      reason: 'cancelled',
      detail,
      errorKind: null,
      attempts,
      scheduleStep,
      waitedMs,
      dueAt: null,
      log: [],
    },
  };
}
