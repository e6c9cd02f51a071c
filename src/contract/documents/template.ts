import { z } from 'zod';
import { renderResult } from '../records/delivery.ts';
import { anything, api, tagged } from '../route.ts';
import { instant } from '../text.ts';
import { contentType, escapeMode } from './destination.ts';

const problem = z.strictObject({
  line: z.int(),
  column: z.int(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
});

const templateText = z.string().max(262_144);

/** `it.meta` of a sample; other members are the template's own. `time` is a point in time or Unix time in ms. */
const renderMeta = z.looseObject({
  deliveryId: z.string().max(255).optional(),
  time: z.union([instant.transform((text) => Date.parse(text)), z.int().min(0).max(8.64e15)]).optional(),
});

export const templateRoutes = tagged('templates', {
  checkTemplate: api('POST /templates/check', 'connections:view', 'Find the problems of a template', {
    audit: null,
    body: z.strictObject({ template: templateText, contentType: contentType.default('application/json') }),
    output: z.strictObject({ ok: z.boolean(), problems: z.array(problem) }),
  }),
  renderTemplate: api('POST /templates/render', 'connections:view', 'Render a template with given records', {
    audit: null,
    body: z.strictObject({
      template: templateText,
      contentType: contentType.default('application/json'),
      escape: escapeMode.default('auto'),
      data: z.array(anything).max(1_000),
      events: z.array(anything).max(1_000).optional(),
      meta: renderMeta.optional(),
    }),
    output: z.strictObject({ result: renderResult, durationMs: z.number() }),
  }),
});
