import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/tokens',
  validateSearch: search({ ...listSearch, owner: choice(['me']) }),
  component: lazyPage(() => import('./tokens-page.tsx'), 'TokensPage'),
});

const create = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/tokens/new',
  component: lazyPage(() => import('./new-token-page.tsx'), 'NewTokenPage'),
});

export const tokenRoutes = [list, create] as const;
