import type { RenderTemplate } from './cli/program.ts';
import { inlineCompute } from './compute/inline.ts';
import type { RenderResult } from './contract/records/delivery.ts';
import { renderSample } from './pipeline/preview/preview.ts';

import { quickjsSandbox } from './sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob } from './sandbox/sandbox.ts';

/** Renders a template as a delivery would, without a server. */
export async function renderTemplate(input: RenderTemplate): Promise<RenderResult> {
  await using renderer = await templateRenderer();
  return await renderer.render(input);
}

/** Renders many templates in one sandbox, which ends with it. */
export async function templateRenderer() {
  const sandbox = await quickjsSandbox();
  const engine = {
    compose: inlineCompute().compose,
    async render(job: RenderJob) {
      const [outcome] = await sandbox.render([job]);
      if (outcome === undefined) throw new Error('the sandbox returned nothing');
      return outcome;
    },
  };
  return {
    render: async (input: RenderTemplate): Promise<RenderResult> =>
      (await renderSample(input, { now: Date.now(), engine })).result,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}
