import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/actions',
  component: lazyRouteComponent(() => import('./actions-page.tsx'), 'ActionsPage'),
});

export const actionRoutes = [list] as const;
