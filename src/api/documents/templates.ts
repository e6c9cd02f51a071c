import { checkTemplate } from '../../template/check/check.ts';
import type { ApiParts, Handlers } from '../call/call.ts';

export function templateHandlers(parts: ApiParts): Handlers<'checkTemplate' | 'renderTemplate'> {
  return {
    checkTemplate({ body }) {
      const { template, contentType } = body();
      const problems = checkTemplate(template, { contentType });
      return { ok: problems.every((one) => one.severity !== 'error'), problems };
    },
    renderTemplate: ({ body }) => parts.pipeline.studio.render(body()),
  };
}
