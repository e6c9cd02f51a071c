import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/actions',
  component: lazyPage(() => import('./actions-page.tsx'), 'ActionsPage'),
});

export const actionRoutes = [list] as const;
