import { z } from 'zod';
import { description, documentName, line } from '../text.ts';
import { condition } from './condition.ts';
import { stamp } from './document.ts';

/** A behavior as a client writes it: a named condition on one event, and the attributes worth sending. */
export const behaviorInput = z.strictObject({
  name: documentName,
  description,
  category: line(255).default('Custom'),
  condition,
  attributes: z.array(line(255, 1)).max(200).default([]),
});
export type BehaviorBody = z.output<typeof behaviorInput>;

/** A behavior as GET returns it. Standard behaviors ship with Millrace and can't be changed. */
export const behavior = behaviorInput.extend({ ...stamp, standard: z.boolean(), usedBy: z.int() });
