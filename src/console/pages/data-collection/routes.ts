import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/data-collection',
  component: lazyRouteComponent(() => import('./data-collection-page.tsx'), 'DataCollectionPage'),
});

export const dataCollectionRoutes = [list] as const;
