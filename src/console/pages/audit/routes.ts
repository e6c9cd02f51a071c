import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const audit = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/audit',
  validateSearch: search({
    ...listSearch,
    act: textSearch,
    kind: textSearch,
    result: choice(['done', 'refused']),
    id: textSearch,
    since: choice(['24h', '7d', '30d']),
    entry: textSearch,
  }),
  component: lazyPage(() => import('./audit-page.tsx'), 'AuditPage'),
});

export const auditRoutes = [audit] as const;
