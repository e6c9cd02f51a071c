import { type DestinationBody, destinationInput } from '../../contract/documents/destination.ts';
import type { RenderResult } from '../../contract/records/delivery.ts';
import { planRender, type RenderEngine, type Rendering } from '../attempt/render.ts';

export type RenderInput = {
  template: string;
  contentType: string;
  escape: 'auto' | 'json' | 'html' | 'url' | 'none';
  data: Record<string, unknown>[];
  events?: Record<string, unknown>[] | undefined;
  meta?: Record<string, unknown> | undefined;
};

/** Renders given records with a template that belongs to no destination. Without `meta` the time is `now`. */
export async function renderSample(
  { template, contentType, data, events, meta, escape: mode }: RenderInput,
  { now, engine }: { now: number; engine: RenderEngine },
): Promise<{ result: RenderResult; durationMs: number }> {
  const parsed = destinationInput.parse({ name: 'render', contentType });
  // The parsed defaults contain no secrets.
  const body = {
    ...(parsed as DestinationBody),
    template,
    settings: { ...parsed.settings, headers: [], escape: mode },
  };
  const plan = planRender(engine, null, { id: 'render', body });
  const destination = { id: 'render', name: 'render' };
  const own = { deliveryId: 'render', idempotencyKey: 'render', action: null, destination, time: now };
  const startedAt = performance.now();
  const rendering = await plan.render({ data, events: events ?? [], meta: { ...own, ...meta } });
  return { result: resultOf(rendering, contentType), durationMs: performance.now() - startedAt };
}

/** A rendering as the API returns it. */
export function resultOf(rendering: Rendering, contentType: string): RenderResult {
  if (rendering.kind === 'rendered') return { kind: 'body', body: rendering.rendered.body, contentType };
  if (rendering.kind === 'skipped') return rendering;
  const { reason, line, column } = rendering;
  return { kind: 'failed', reason, ...(line === null ? {} : { line }), ...(column === null ? {} : { column }) };
}
