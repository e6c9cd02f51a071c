import { inlineCompute } from '../../../src/compute/inline.ts';
import { type DestinationBody, destinationInput } from '../../../src/contract/documents/destination.ts';
import { type Meta, planRender } from '../../../src/pipeline/attempt/render.ts';
import type { RenderJob, RenderOutcome } from '../../../src/sandbox/sandbox.ts';
import type { Attack, Came } from './attack.ts';

/** The delivery of every attack. */
export const META: Meta = {
  deliveryId: 'delivery-of-an-attack',
  idempotencyKey: 'key',
  action: null,
  destination: { id: 'destination', name: 'Destination' },
  time: 1_700_000_000_000,
};

/** Renders an attack as part of a delivery, with the given sandbox. */
export async function renderAttack(
  { template, path, headers, data }: Pick<Attack, 'template' | 'path' | 'headers' | 'data'>,
  render: (job: RenderJob) => Promise<RenderOutcome>,
): Promise<Came> {
  let hasRun = false;
  const plan = planRender(
    {
      compose: inlineCompute().compose,
      render(job) {
        hasRun = true;
        return render(job);
      },
    },
    null,
    { id: 'destination', body: destinationOf(template, path, headers) },
  );
  const records = JSON.parse(data ?? '[{}]');
  const rendering = await plan.render({ data: records, events: [], meta: META });
  if (rendering.kind === 'rendered') return { kind: 'body', text: rendering.rendered.body ?? '', hasRun };
  return { kind: rendering.kind, text: rendering.reason, hasRun };
}

function destinationOf(template: string, path = '', headers: Record<string, string> = {}): DestinationBody {
  const input = destinationInput.parse({ name: 'Destination' });
  const list = Object.entries(headers).map(([name, value]) => ({ name, value, secret: false as const }));
  return { ...input, connectionId: 'connection', template, path, settings: { ...input.settings, headers: list } };
}
