import { z } from 'zod';
import { eraseInput, erasure } from '../../records/erasure.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';

export const privacyRoutes = {
  eraseVisitor: api(
    'POST',
    '/privacy/erase',
    ['settings:manage'],
    'Erase the stored data of a visitor in the background, or (`dryRun`) only count it',
    { tag: 'privacy', body: eraseInput, output: erasure, status: 202, audit: { act: 'erase', kind: 'erasure' } },
  ),
  listErasures: api('GET', '/privacy/erasures', ['settings:view'], 'List erasures, newest first', {
    tag: 'privacy',
    query: z.strictObject(pageQuery),
    output: pageOf(erasure),
  }),
  getErasure: api('GET', '/privacy/erasures/{id}', ['settings:view'], 'Get an erasure with its progress', {
    tag: 'privacy',
    output: erasure,
  }),
};
