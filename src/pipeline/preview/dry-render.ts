import type { ActionBody } from '../../contract/documents/action.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { placedId } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import { deliveryPlan } from '../attempt/delivery-plan.ts';
import type { Attempter } from '../attempt/exchange.ts';
import type { RenderEngine } from '../attempt/render.ts';
import type { Work } from '../attempt/work.ts';
import { destinationPlan } from '../snapshot/destination-plan.ts';
import type { Document } from '../snapshot/snapshot.ts';

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
  const id = placedId('delivery', { timeMs: now, partition: 0, number: 0 });
  return {
    deliveryId: id,
    idempotencyKey: id,
    createdAt: now,
    queuedMs: null,
    number: 0,
    waitedMs: 0,
    event: null,
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
