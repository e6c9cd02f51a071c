import { createRoute, redirect } from '@tanstack/react-router';
import { chartTimeSearch, search } from '../../parts/list/list-search.ts';
import { takeLanding } from '../../session/landing.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  validateSearch: search(chartTimeSearch),
  beforeLoad: leadToLanding,
  component: lazyPage(() => import('./home-page.tsx'), 'HomePage'),
});

export const homeRoutes = [home] as const;

/** The page that this browser begins with, when it is another one. The return type must be written, as for pages. */
function leadToLanding({ preload }: { preload: boolean }): void {
  const landing = preload ? '/' : takeLanding();
  if (landing !== '/') throw redirect({ to: landing });
}
