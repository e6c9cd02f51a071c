import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';
import { outcomes } from './event-filters.ts';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/events',
  validateSearch: search({
    ...listSearch,
    visitor: textSearch,
    collector: textSearch,
    action: textSearch,
    parameter: textSearch,
    value: textSearch,
    trace: textSearch,
    outcome: choice(outcomes),
  }),
  component: lazyPage(() => import('./events-page.tsx'), 'EventsPage'),
});

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/events/$eventId',
  validateSearch: search({ ...listSearch, tab: choice(['explain', 'payload', 'deliveries', 'raw']) }),
  component: lazyPage(() => import('./event-page.tsx'), 'EventPage'),
});

export const eventRoutes = [list, details] as const;
