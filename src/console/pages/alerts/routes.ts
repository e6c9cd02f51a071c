import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/settings/alerts',
  validateSearch: search(listSearch),
  component: lazyPage(() => import('./alerts-page.tsx'), 'AlertsPage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/settings/alerts/new',
  component: lazyPage(() => import('./new-alert-page.tsx'), 'NewAlertPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/settings/alerts/$alertId',
  validateSearch: search({ ...listSearch, tab: choice(['details', 'messages', 'versions']) }),
  component: lazyPage(() => import('./alert-page.tsx'), 'AlertPage'),
});

export const alertRoutes = [list, create, details] as const;
