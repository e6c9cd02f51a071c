import type { Catalog } from '../catalog/catalog.ts';
import type { DueDelivery } from '../journal/journal.ts';
import type { RenderJob, RenderOutcome } from '../sandbox/sandbox.ts';
import type { Attempter } from './attempt.ts';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import type { Gates } from './gates.ts';
import { type Keepings, kept, rendersAnew } from './kept-exchange.ts';
import { type Pinned, pinnedVersions } from './pinned.ts';
import { planRender, type RenderPlan } from './render.ts';
import { type Step, stepAfter } from './step.ts';

const noAction = {};

/**
 * Makes the next attempt of a delivery: finds the versions it was planned with, what they compile to and the connection
 * as it is now. A delivery that a gate held before its first render takes the present versions instead.
 */
export function createWorker(options: {
  configuration: Configuration;
  catalog: Catalog;
  attempter: Attempter;
  gates: Gates;
  clock: Clock;
  render(job: RenderJob): Promise<RenderOutcome>;
  keeping: Keepings;
  random(): number;
}): (delivery: DueDelivery) => Promise<Step> {
  const { configuration, attempter, gates, clock } = options;
  const pinned = pinnedVersions(configuration, options.catalog);
  /** By destination and action as they were in one version: such a document never changes. */
  const plans = new WeakMap<object, WeakMap<object, RenderPlan>>();

  function planFor({
    action,
    destination,
  }: {
    action: Pinned['action'];
    destination: NonNullable<Pinned['destination']>;
  }) {
    const ofDestination = plans.get(destination) ?? new WeakMap<object, RenderPlan>();
    plans.set(destination, ofDestination);
    const plan = ofDestination.get(action ?? noAction) ?? planRender(options.render, action, destination);
    ofDestination.set(action ?? noAction, plan);
    return plan;
  }

  return async (delivery) => {
    const { documents } = configuration.snapshot;
    const present = documents.destination.get(delivery.destinationId);
    const connection = present && documents.connection.get(present.body.connectionId);
    if (present === undefined || connection === undefined) return abandoned(delivery, 'Its destination was deleted.');
    if (delivery.rendered === null && delivery.event === null && delivery.eventId !== null)
      return abandoned(delivery, 'Its event is no longer stored, so that it can not be rendered.');
    const keeping = options.keeping(present);
    const isFirst = delivery.number === 0 || !rendersAnew(keeping);
    const wasHeld =
      isFirst &&
      delivery.rendered === null &&
      gates.openedAt(delivery.destinationId) >= (delivery.dueAt ?? Number.POSITIVE_INFINITY);
    const wanted = wasHeld ? { ...delivery, ...presentVersions(delivery, configuration) } : delivery;
    const { action, destination } = await pinned(wanted);
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
      plan: planFor({ action, destination }),
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
      keeping === null ? honest : { ...honest, settlement: kept(honest.settlement, keeping, events, clock.now()) };
    if (!wasHeld) return step;
    const { actionVersion, destinationVersion } = wanted;
    return { ...step, settlement: { ...step.settlement, pinned: { actionVersion, destinationVersion } } };
  };
}

/** An action that has given up the destination has no mapping for it any more: then the planned one stays. */
function presentVersions(delivery: DueDelivery, { snapshot }: Configuration) {
  const action = delivery.actionId === null ? undefined : snapshot.documents.action.get(delivery.actionId);
  const destination = snapshot.documents.destination.get(delivery.destinationId);
  const stillFires = action?.body.destinations.some((row) => row.destinationId === delivery.destinationId) === true;
  return {
    actionVersion: stillFires ? action.version : delivery.actionVersion,
    destinationVersion: destination?.version ?? delivery.destinationVersion,
  };
}

function abandoned({ id, attempts, scheduleStep, waitedMs }: DueDelivery, detail: string): Step {
  return {
    quota: null,
    wait: null,
    health: 'neutral',
    auth: null,
    sign: null,
    pauses: false,
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
