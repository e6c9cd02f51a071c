import { createRoute, redirect } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { rangeSearch } from '../../parts/list-search.ts';
import { takeLanding } from '../../session/landing.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  validateSearch: z.object({ range: rangeSearch }),
  beforeLoad({ preload }) {
    const landing = preload ? '/' : takeLanding();
    if (landing !== '/') throw redirect({ to: landing });
  },
  component: lazyPage(() => import('./home-page.tsx'), 'HomePage'),
});

export const homeRoutes = [home] as const;
