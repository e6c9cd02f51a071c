import type { RenderTemplate } from './cli/program.ts';
import { inlineCompute } from './compute/inline.ts';
import type { RenderResult } from './contract/records/delivery.ts';
import { renderSample } from './pipeline/preview/preview.ts';
import { quickjsSandbox } from './sandbox/quickjs/quickjs-sandbox.ts';

/** Renders a template as a delivery would, without a server. */
export async function renderTemplate(input: RenderTemplate): Promise<RenderResult> {
  await using sandbox = await quickjsSandbox();
  const { result } = await renderSample(input, {
    now: Date.now(),
    engine: {
      compose: inlineCompute().compose,
      async render(job) {
        const [outcome] = await sandbox.render([job]);
        if (outcome === undefined) throw new Error('the sandbox returned nothing');
        return outcome;
      },
    },
  });
  return result;
}
