import { z } from 'zod';
import { behavior, behaviorInput } from '../../documents/behavior.ts';
import { condition } from '../../documents/condition.ts';
import { documentRoutes } from '../../documents/document-routes.ts';
import { conditionCount, conditionCountInput } from '../../records/check.ts';
import { explainedCondition } from '../../records/explanation.ts';
import { sampleEvent } from '../../records/sample.ts';
import { api, tagged } from '../../route.ts';

export const behaviorRoutes = tagged('behaviors', {
  ...documentRoutes({ one: 'behavior', area: 'behaviors', input: behaviorInput, output: behavior }),
  countConditions: api(
    'POST /conditions/count',
    ['behaviors:view', 'events:view'],
    'Count the newest events that match conditions',
    { audit: null, body: conditionCountInput, output: conditionCount },
  ),
  checkCondition: api('POST /behaviors/check', 'behaviors:view', 'Explain a condition on one event', {
    audit: null,
    body: z.strictObject({ condition, eventId: z.string().optional(), event: sampleEvent.optional() }),
    output: z.strictObject({ matched: z.boolean(), explanation: explainedCondition }),
  }),
});
