import { eraseInput, erasure } from '../../records/erasure.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';

export const privacyRoutes = tagged('privacy', {
  eraseVisitor: api(
    'POST /privacy/erase',
    'settings:manage',
    'Erase the stored data of a visitor in the background, or (`dryRun`) only count it',
    { body: eraseInput, output: erasure, status: 202, audit: 'erase erasure' },
  ),
  listErasures: api('GET /privacy/erasures', 'settings:view', 'List erasures, newest first', {
    query: pageQuery(),
    output: pageOf(erasure),
  }),
  getErasure: api('GET /privacy/erasures/{id}', 'settings:view', 'Get an erasure with its progress', {
    output: erasure,
  }),
});
