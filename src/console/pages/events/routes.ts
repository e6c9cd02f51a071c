import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/events',
  component: lazyPage(() => import('./events-page.tsx'), 'EventsPage'),
});

export const eventRoutes = [list] as const;
