import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/behaviors',
  component: lazyRouteComponent(() => import('./behaviors-page.tsx'), 'BehaviorsPage'),
});

export const behaviorRoutes = [list] as const;
