import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deliveries',
  component: lazyPage(() => import('./deliveries-page.tsx'), 'DeliveriesPage'),
});

export const deliveryRoutes = [list] as const;
