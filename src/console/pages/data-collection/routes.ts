import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/data-collection',
  component: lazyPage(() => import('./data-collection-page.tsx'), 'DataCollectionPage'),
});

export const dataCollectionRoutes = [list] as const;
