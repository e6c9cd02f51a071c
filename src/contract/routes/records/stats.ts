import { z } from 'zod';
import { stats, statsKind, statsRange } from '../../records/stats.ts';
import { api, tagged } from '../../route.ts';
import { textFilter } from '../fields.ts';

export const statsRoutes = tagged('stats', {
  getStats: api(
    'GET /stats',
    'settings:view',
    'Get counts, outcomes and latency over a range that ends now, of the whole installation or each resource of a kind',
    {
      query: z.strictObject({ kind: statsKind.default('all'), id: textFilter, range: statsRange.default('24h') }),
      output: stats,
    },
  ),
});
