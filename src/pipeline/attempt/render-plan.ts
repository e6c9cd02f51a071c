import type { Catalog } from '../../catalog/catalog.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import type { Holds } from '../limits/holds.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { type Pinned, pinnedVersions } from './pinned-versions.ts';
import { planRender, type RenderEngine, type RenderPlan } from './render.ts';

export type Versions = { actionVersion: number | null; destinationVersion: number };

const noAction = {};

/** The versions with which a delivery is rendered, and their compiled form. */
export type Plans = ReturnType<typeof createPlans>;

export function createPlans(options: {
  configuration: Configuration;
  catalog: Catalog;
  holds: Pick<Holds, 'openedAt'>;
  engine: RenderEngine;
}) {
  const { configuration, holds } = options;
  /** By the documents of destination and action in one version, which never change. */
  const plans = new WeakMap<object, WeakMap<object, RenderPlan>>();

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

    planFor({
      action,
      destination,
    }: {
      action: Pinned['action'];
      destination: NonNullable<Pinned['destination']>;
    }): RenderPlan {
      const ofDestination = plans.get(destination) ?? new WeakMap<object, RenderPlan>();
      plans.set(destination, ofDestination);
      const plan = ofDestination.get(action ?? noAction) ?? planRender(options.engine, action, destination);
      ofDestination.set(action ?? noAction, plan);
      return plan;
    },
  };
}
