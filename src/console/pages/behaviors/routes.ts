import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/behaviors',
  component: lazyPage(() => import('./behaviors-page.tsx'), 'BehaviorsPage'),
});

export const behaviorRoutes = [list] as const;
