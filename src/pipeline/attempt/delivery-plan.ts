import type { Catalog } from '../../catalog/catalog.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import type { Holds } from '../limits/holds.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import type { Configuration, Document } from '../snapshot/snapshot.ts';
import { pinnedVersions, type Wanted } from './pinned-versions.ts';
import { keptProgram, type Meta, planRender, type RenderEngine, type RenderPlan } from './render.ts';

/** Everything compiled that attempts need which have the same action and destination, in one version each. */
export type DeliveryPlan = RenderPlan & {
  readonly action: Document<ActionBody> | null;
  readonly to: DestinationPlan;
  /** For the log of attempts. */
  readonly versions: Attempt['versions'];
  /** For templates. */
  readonly names: Pick<Meta, 'action' | 'destination'>;
};

export type Versions = Pick<Wanted, 'actionVersion' | 'destinationVersion'>;

/** `program`: the place of the program that the actions of the destination share. */
export function deliveryPlan(
  engine: RenderEngine,
  action: Document<ActionBody> | null,
  to: DestinationPlan,
  program = keptProgram(),
): DeliveryPlan {
  const { destination, connection } = to;
  const versions = {
    action: action?.version ?? null,
    destination: destination.version,
    connection: connection.version,
  };
  const names = {
    action: action && { id: action.id, name: action.body.name },
    destination: { id: destination.id, name: destination.body.name },
  };
  const { record, render } = planRender(engine, action, destination, program);
  return { action, to, versions, names, record, render };
}

const noAction = {};

/** Finds the plan of a delivery by its versions. */
export type Plans = ReturnType<typeof createPlans>;

export function createPlans(options: {
  configuration: Configuration;
  catalog: Catalog;
  holds: Pick<Holds, 'openedAt'>;
  engine: RenderEngine;
}) {
  const { configuration, holds } = options;
  /** What is compiled for a destination's plan lives as long as that plan. */
  const compiled = new WeakMap<DestinationPlan, ReturnType<typeof emptyPlans>>();

  return {
    pinned: pinnedVersions(configuration, options.catalog),

    /**
     * Whether a delivery was on hold before its first render, so that it uses the current versions instead of the
     * planned ones. `mustRerender`: the rendered request is not stored, so only the number of exchanges shows whether it
     * was rendered.
     */
    usesLatestVersions: (delivery: DueDelivery, mustRerender: boolean) =>
      delivery.rendered === null &&
      (delivery.number === 0 || !mustRerender) &&
      holds.openedAt(delivery.destinationId) >= (delivery.dueAt ?? Number.POSITIVE_INFINITY),

    /** An action that has dropped the destination has no mapping for it any more: the planned version stays. */
    presentVersions(delivery: DueDelivery): Versions {
      const { documents } = configuration.snapshot;
      const action = delivery.actionId === null ? undefined : documents.action.get(delivery.actionId);
      const destination = documents.destination.get(delivery.destinationId);
      const stillFires = action?.body.destinations.some((row) => row.destinationId === delivery.destinationId) === true;
      return {
        actionVersion: stillFires ? action.version : delivery.actionVersion,
        destinationVersion: destination?.version ?? delivery.destinationVersion,
      };
    },

    planFor(action: Document<ActionBody> | null, to: DestinationPlan): DeliveryPlan {
      let plans = compiled.get(to);
      if (plans === undefined) {
        plans = emptyPlans();
        compiled.set(to, plans);
      }
      let plan = plans.byAction.get(action ?? noAction);
      if (plan === undefined) {
        plan = deliveryPlan(options.engine, action, to, plans.program);
        plans.byAction.set(action ?? noAction, plan);
      }
      return plan;
    },
  };
}

/** The plans of a destination by the document of the action in one version, and the program that they share. */
function emptyPlans() {
  return { byAction: new WeakMap<object, DeliveryPlan>(), program: keptProgram() };
}
