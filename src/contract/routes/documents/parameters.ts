import { z } from 'zod';
import { parameter, parameterPatch } from '../../documents/parameter.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';
import { flag, textFilter } from '../fields.ts';

export const parameterRoutes = tagged('parameters', {
  listParameters: api('GET /parameters', 'parameters:view', 'List the parameters seen on events', {
    query: pageQuery({
      name: textFilter,
      offered: flag.optional(),
      seen: flag.optional(),
      /** By name, or by share of events; parameters never seen come last. */
      sort: z.enum(['name', 'share']).default('name'),
    }),
    output: pageOf(parameter),
  }),
  changeParameter: api(
    'PATCH /parameters/{name}',
    'parameters:manage',
    'Describe a parameter, or change whether it is offered',
    { audit: 'change parameter', body: parameterPatch, output: parameter },
  ),
});
