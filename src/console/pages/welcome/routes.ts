import { createRoute } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { choice } from '../../parts/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const welcome = createRoute({
  getParentRoute: () => shellRoute,
  path: '/welcome',
  validateSearch: z.object({ with: choice(['demo', 'mine']) }),
  component: lazyPage(() => import('./welcome-page.tsx'), 'WelcomePage'),
});

export const welcomeRoutes = [welcome] as const;
