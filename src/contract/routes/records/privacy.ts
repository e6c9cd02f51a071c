import { z } from 'zod';
import { eraseInput, erasure } from '../../records/erasure.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';

export const privacyRoutes = {
  eraseVisitor: api(
    'POST',
    '/privacy/erase',
    ['settings:manage'],
    'Erase everything stored of a visitor, beside the running work, or (`dryRun`) count what that is',
    { tag: 'privacy', body: eraseInput, output: erasure, status: 202, audit: { act: 'erase', kind: 'erasure' } },
  ),
  listErasures: api('GET', '/privacy/erasures', ['settings:view'], 'List erasures, newest first', {
    tag: 'privacy',
    query: z.strictObject(pageQuery),
    output: pageOf(erasure),
  }),
  getErasure: api('GET', '/privacy/erasures/{id}', ['settings:view'], 'Get an erasure: how far it came', {
    tag: 'privacy',
    output: erasure,
  }),
};
