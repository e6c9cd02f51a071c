import type { Catalog } from '../../catalog/catalog.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { Header } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { valueBytes } from '../../contract/value-bytes.ts';
import type { DueDelivery, Versions } from '../../journal/journal.ts';
import { type DestinationPlan, destinationPlan } from '../snapshot/destination-plan.ts';
import type { Configuration, Document, Snapshot } from '../snapshot/snapshot.ts';
import { keptProgram } from './kept-program.ts';
import { sendsTo } from './mapping.ts';
import { type Meta, planRender, type RenderEngine, type RenderPlan } from './render.ts';

/** Everything compiled that attempts need which have the same action and destination, in one version each. */
export type DeliveryPlan = RenderPlan & {
  readonly action: Document<ActionBody> | null;
  readonly to: DestinationPlan;
  /** For the log of attempts. */
  readonly versions: Attempt['versions'];
  /** For templates. */
  readonly names: Pick<Meta, 'action' | 'destination'>;
};

/** The versions with which a delivery was planned. */
export function versionsOf({ actionVersion, destinationVersion }: Versions): Versions {
  return { actionVersion, destinationVersion };
}

/** `program`: the kept program, which the actions of the destination share. */
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
  /** When the last hold of a destination ended. */
  holds: { readonly endedAt: ReadonlyMap<string, number> };
  engine: RenderEngine;
}) {
  const { configuration, holds } = options;
  /** What is compiled for a destination's plan lives as long as that plan. */
  const compiled = new WeakMap<DestinationPlan, ReturnType<typeof emptyPlans>>();

  return {
    pinned: pinnedVersions(configuration, options.catalog),

    /**
     * Whether a delivery was on hold before its first attempt, so that it uses the current versions instead of the
     * planned ones. A delivery that may have been sent keeps its versions, so that it is repeated with the same bytes:
     * one with an exchange in its log, also where the rendered request is not stored, and one that was in flight at a
     * crash.
     */
    usesLatestVersions: (delivery: DueDelivery) =>
      delivery.rendered === null &&
      delivery.number === 0 &&
      delivery.deaths === 0 &&
      (holds.endedAt.get(delivery.destinationId) ?? 0) >= (delivery.dueAt ?? Number.POSITIVE_INFINITY),

    presentVersions: (delivery: Wanted): Versions => presentVersions(configuration.snapshot, delivery),

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

/**
 * The present versions for a delivery. An action that has dropped the destination, or was deleted, has no mapping for it
 * any more: the planned version stays, because without a mapping the whole event would be sent.
 */
export function presentVersions({ documents }: Pick<Snapshot, 'documents'>, delivery: Wanted): Versions {
  const action = delivery.actionId === null ? undefined : documents.action.get(delivery.actionId);
  const destination = documents.destination.get(delivery.destinationId);
  const stillFires = action?.body.destinations.some((row) => row.destinationId === delivery.destinationId) === true;
  return {
    actionVersion: stillFires ? action.version : delivery.actionVersion,
    destinationVersion: destination?.version ?? delivery.destinationVersion,
  };
}

/** The plans of a destination by the document of the action in one version, and the program that they share. */
function emptyPlans() {
  return { byAction: new WeakMap<object, DeliveryPlan>(), program: keptProgram() };
}

/**
 * The action and destination of a delivery in the versions it was planned with, the destination with its current
 * connection; of a version that was removed, the oldest later one. `action` null: it has none, this version never existed, or
 * it was removed and the later one has no mapping for the destination; `to` null: this version never existed, or the
 * destination was deleted. Secrets never come from an old version: a secret header has the value of the header with this
 * name in the current version, or null.
 */
export type Pinned = { action: Document<ActionBody> | null; to: DestinationPlan | null };

type Wanted = Pick<DueDelivery, 'actionId' | 'actionVersion' | 'destinationId' | 'destinationVersion'>;

/** Approximate limit of the cache of old versions. */
const oldBytesMax = 16 * 1_048_576;

type Old = {
  document: Document<unknown> | null;
  /** Of a destination: its plan, and the current plan that it took connection and secrets from. */
  plan: { to: DestinationPlan; present: DestinationPlan } | null;
};

/** Finds documents by version: the current one in the snapshot, an older one in the catalog, cached. */
export function pinnedVersions(configuration: Configuration, catalog: Catalog) {
  const old = new Map<string, Old>();
  let oldBytes = 0;

  async function load(kind: 'action' | 'destination', id: string, version: number): Promise<Old> {
    const key = `${id}@${version}`;
    const known = old.get(key);
    if (known !== undefined) return known;
    // Of many versions the oldest are removed: then the next one that is left.
    const [found] = await catalog.versions({ kind, id, after: version - 1, limit: 1 });
    const loaded = old.get(key);
    if (loaded !== undefined) return loaded;
    const one: Old = { document: found ?? null, plan: null };
    oldBytes += valueBytes(one.document);
    while (oldBytes > oldBytesMax && old.size > 0) {
      const [first = '', oldest] = old.entries().next().value ?? [];
      old.delete(first);
      oldBytes -= valueBytes(oldest?.document);
    }
    old.set(key, one);
    return one;
  }

  function current(
    { actionId, actionVersion, destinationId, destinationVersion }: Wanted,
    present: DestinationPlan | undefined,
  ): Pinned | null {
    const { documents, planOf } = configuration.snapshot;
    const to = present ?? planOf(destinationId);
    if (to === null) return { action: null, to: null };
    const action = actionId === null ? null : (documents.action.get(actionId) ?? null);
    const isWanted = actionVersion === null || action?.version === actionVersion;
    return isWanted && to.destination.version === destinationVersion ? { action, to } : null;
  }

  async function older(wanted: Wanted): Promise<Pinned> {
    const { actionId, actionVersion, destinationId, destinationVersion } = wanted;
    let action = actionId === null ? null : (configuration.snapshot.documents.action.get(actionId) ?? null);
    if (actionId !== null && actionVersion !== null && action?.version !== actionVersion) {
      action = (await load('action', actionId, actionVersion)).document as Document<ActionBody> | null; // loaded as an action
      // Without a mapping the whole event would be sent.
      if (action !== null && action.version !== actionVersion && !sendsTo(action.body, destinationId)) action = null;
    }
    const found = await load('destination', destinationId, destinationVersion);
    const current = configuration.snapshot.planOf(destinationId);
    if (current?.destination.version === destinationVersion) return { action, to: current };
    return { action, to: current && planOfOld(found, current) };
  }

  function planOfOld(one: Old, present: DestinationPlan): DestinationPlan | null {
    if (one.document === null) return null;
    if (one.plan?.present === present) return one.plan.to;
    const document = one.document as Document<DestinationBody>; // loaded as a destination
    const body = withSecretsOf(document.body, present.destination.body.settings.headers);
    const to = destinationPlan({ ...document, body }, present.connection);
    one.plan = { to, present };
    return to;
  }

  // Usually the pinned versions are the current ones, which needs no wait. `present`: the current plan, if it is known.
  return (wanted: Wanted, present?: DestinationPlan): Pinned | Promise<Pinned> =>
    current(wanted, present) ?? older(wanted);
}

/** A destination whose secret headers have the values of the secret headers with the same names in `headers`. */
export function withSecretsOf(body: DestinationBody, headers: readonly Header[]): DestinationBody {
  const presentValue = (name: string) => {
    const found = headers.find((one) => one.secret && one.name.toLowerCase() === name.toLowerCase());
    return found?.secret === true ? found.value : null;
  };
  const own = body.settings.headers.map((one) => (one.secret ? { ...one, value: presentValue(one.name) } : one));
  return { ...body, settings: { ...body.settings, headers: own } };
}
