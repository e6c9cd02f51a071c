import { z } from 'zod';
import { conditionCount, conditionCountInput } from '../records/check.ts';
import { explainedCondition } from '../records/explanation.ts';
import { sampleEvent } from '../records/sample.ts';
import { api, tagged, textFilter } from '../route.ts';
import { description, documentName, line } from '../text.ts';
import { condition } from './condition.ts';
import { stamp } from './document.ts';
import { documentRoutes, listOf, listQuery } from './document-routes.ts';

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

export const behaviorRoutes = tagged('behaviors', {
  ...documentRoutes({ one: 'behavior', area: 'behaviors', input: behaviorInput, output: behavior }),
  listBehaviors: api('GET /behaviors', 'behaviors:view', 'List behaviors, newest first', {
    query: listQuery.extend({
      /** Behaviors that are built on this one. */
      behaviorId: textFilter,
      /** Behaviors that name this parameter in their condition or attributes. */
      parameter: textFilter,
      /** Behaviors whose condition names this collector. */
      collectorId: textFilter,
    }),
    output: listOf(behavior),
  }),
  countConditions: api(
    'POST /conditions/count',
    ['behaviors:view', 'events:view', 'payloads:view'],
    'Count the newest events that match conditions',
    { audit: null, body: conditionCountInput, output: conditionCount },
  ),
  checkCondition: api(
    'POST /behaviors/check',
    'behaviors:view',
    'Explain a condition on one event (a stored one needs events:view and payloads:view)',
    {
      audit: null,
      body: z.strictObject({ condition, eventId: z.string().optional(), event: sampleEvent.optional() }),
      output: z.strictObject({ matched: z.boolean(), explanation: explainedCondition }),
    },
  ),
});
