import { createRoute } from '@tanstack/react-router';
import { choice, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const welcome = createRoute({
  getParentRoute: () => shellRoute,
  path: '/welcome',
  validateSearch: search({ with: choice(['demo', 'mine']) }),
  component: lazyPage(() => import('./welcome-page.tsx'), 'WelcomePage'),
});

export const welcomeRoutes = [welcome] as const;
