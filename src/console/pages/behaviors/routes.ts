import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/behaviors',
  validateSearch: search(listSearch),
  component: lazyPage(() => import('./behaviors-page.tsx'), 'BehaviorsPage'),
});

/** `from` is the id of a behavior to copy. */
const create = createRoute({
  getParentRoute: parent,
  path: '/behaviors/new',
  validateSearch: search({ from: textSearch }),
  component: lazyPage(() => import('./new-behavior-page.tsx'), 'NewBehaviorPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/behaviors/$behaviorId',
  validateSearch: search({ tab: choice(['details', 'used', 'versions', 'yaml']) }),
  component: lazyPage(() => import('./behavior-page.tsx'), 'BehaviorPage'),
});

export const behaviorRoutes = [list, create, details] as const;
