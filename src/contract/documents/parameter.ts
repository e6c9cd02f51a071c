import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, flag, tagged, textFilter } from '../route.ts';
import { timestamp } from '../text.ts';

/** The fields of a parameter that a person can set; the others are learned from traffic. */
const parameterPatch = z.strictObject({
  description: z.string().trim().max(1_000).optional(),
  offered: z.boolean().optional(),
});

/** A named value on events, as listed in the catalog of parameters. */
export const parameter = z.strictObject({
  name: z.string(),
  description: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'time', 'list', 'object']),
  share: z.number(),
  firstSeenAt: timestamp.nullable(),
  lastSeenAt: timestamp.nullable(),
  examples: z.array(z.string()).max(5),
  offered: z.boolean(),
  known: z.boolean(),
});
export type Parameter = z.output<typeof parameter>;

/** A parameter as GET returns it. `usedBy`: how many actions and behaviors name it. */
export const listedParameter = parameter.extend({ usedBy: z.int() });

export const parameterRoutes = tagged('parameters', {
  listParameters: api(
    'GET /parameters',
    'parameters:view',
    'List the parameters seen on events (`examples` needs payloads:view)',
    {
      query: pageQuery({
        name: textFilter,
        offered: flag.optional(),
        seen: flag.optional(),
        /** By name, or by share of events; parameters never seen come last. */
        sort: z.enum(['name', 'share']).default('name'),
      }),
      output: pageOf(listedParameter),
    },
  ),
  changeParameter: api(
    'PATCH /parameters/{name}',
    'parameters:manage',
    'Describe a parameter, or change whether it is offered',
    { audit: 'change parameter', body: parameterPatch, output: listedParameter },
  ),
});
