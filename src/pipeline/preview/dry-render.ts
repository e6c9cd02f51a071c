import type { ActionBody } from '../../contract/documents/action.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { AppError } from '../../contract/errors.ts';
import { firstId } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Attempter } from '../attempt/attempter.ts';
import { deliveryPlan } from '../attempt/delivery-plan.ts';
import type { RenderEngine } from '../attempt/render.ts';
import type { Work } from '../attempt/work.ts';
import { destinationPlan } from '../snapshot/destination-plan.ts';
import type { Bodies, Document, Snapshot } from '../snapshot/snapshot.ts';

/** The result of rendering an event without sending it: the rendered text, or why there is none. */
export type DryRender =
  | { kind: 'ok'; body: string }
  | { kind: 'skipped'; reason: string }
  | { kind: 'threw'; reason: string; line?: number; column?: number };

/** A connection, a destination and an action (null: none), stored or as a draft. */
export type Course = {
  action: Document<ActionBody> | null;
  destination: Document<DestinationBody>;
  connection: Document<ConnectionBody>;
};

/** The delivery that would be attempted at `now`, without an event yet; its id is never stored. */
export function dryRenderWork({ action, destination, connection }: Course, now: number, engine: RenderEngine): Work {
  const id = firstId('delivery', now);
  return {
    deliveryId: id,
    idempotencyKey: id,
    createdAt: now,
    queuedMs: null,
    number: 0,
    waitedMs: 0,
    event: null,
    dataText: null,
    data: null,
    rendered: null,
    batch: null,
    plan: deliveryPlan(engine, action, destinationPlan(destination, connection)),
  };
}

/** Renders and builds like a delivery, without sending. A request that can't be built counts as `threw`. */
export function dryRenderOf(
  attempter: Pick<Attempter, 'render' | 'build'>,
  work: Work,
): (event: Event) => Promise<DryRender> {
  return async (event) => {
    const of = { ...work, event };
    const rendering = await attempter.render(of);
    if (rendering.kind === 'skipped') return rendering;
    if (rendering.kind === 'failed') {
      const { reason, line, column } = rendering;
      return { kind: 'threw', reason, ...(line === null ? {} : { line }), ...(column === null ? {} : { column }) };
    }
    const built = attempter.build(of, rendering.rendered);
    return built.ok ? { kind: 'ok', body: rendering.rendered.body } : { kind: 'threw', reason: built.detail };
  };
}

/** The text that would be sent; null when nothing would be. */
export function bodyOf(trial: DryRender | null | undefined): string | null {
  return trial?.kind === 'ok' ? trial.body : null;
}

/** An object to test: `id` null: it is not stored; `draft` null: it is used as stored. */
export type Draft<K extends 'action' | 'destination'> = { id: string | null; draft: Bodies[K] | null };

/** The stored document (null: none) and the one to test. Throws AppError `not_found`. */
export function draftDocument<K extends 'action' | 'destination'>(
  kind: K,
  { id, draft }: Draft<K>,
  { documents }: Snapshot,
): { stored: Document<Bodies[K]> | null; tried: Document<Bodies[K]> } {
  const ofKind = documents[kind] as ReadonlyMap<string, Document<Bodies[K]>>; // the map of this kind
  const stored = id === null ? null : (ofKind.get(id) ?? null);
  if (stored !== null) return { stored, tried: draft === null ? stored : { ...stored, body: draft } };
  if (id !== null || draft === null) throw new AppError('not_found', `There is no ${kind} ${id}.`);
  const never = new Date(0).toISOString();
  const unsaved = { kind, id: `${kind === 'action' ? 'act' : 'dst'}_unsaved`, version: 0, body: draft };
  return { stored: null, tried: { ...unsaved, createdAt: never, updatedAt: never, updatedBy: '' } };
}

/** The same for a destination, with the connection of the one to test. */
export function draftDestination(destination: Draft<'destination'>, snapshot: Snapshot) {
  const { stored, tried } = draftDocument('destination', destination, snapshot);
  const { connectionId } = tried.body;
  const connection: Document<ConnectionBody> | undefined = snapshot.documents.connection.get(connectionId);
  if (connection === undefined) throw new AppError('not_found', `There is no connection ${connectionId}.`);
  return { stored, tried, connection };
}
