import type { ApiParts, Handlers } from '../call/call.ts';

export function templateHandlers(parts: ApiParts) {
  return {
    async checkTemplate({ body }) {
      const problems = await parts.compute.checkTemplate(body());
      return { ok: problems.every((one) => one.severity !== 'error'), problems };
    },
    renderTemplate: ({ body }) => parts.pipeline.preview.render(body()),
  } satisfies Partial<Handlers>;
}
