import { createRoute } from '@tanstack/react-router';
import { choice, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const start = createRoute({
  getParentRoute: parent,
  path: '/trace',
  component: lazyPage(() => import('./start-trace-page.tsx'), 'StartTracePage'),
});

const one = createRoute({
  getParentRoute: parent,
  path: '/trace/$traceId',
  validateSearch: search({ way: choice(['link', 'header', 'script']) }),
  component: lazyPage(() => import('./trace-page.tsx'), 'TracePage'),
});

export const traceRoutes = [start, one] as const;
