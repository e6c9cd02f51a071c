import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/settings/users',
  validateSearch: search({ ...listSearch, status: choice(['enabled', 'disabled']), role: textSearch }),
  component: lazyPage(() => import('./users-page.tsx'), 'UsersPage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/settings/users/new',
  component: lazyPage(() => import('./new-user-page.tsx'), 'NewUserPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/settings/users/$userId',
  component: lazyPage(() => import('./user-page.tsx'), 'UserPage'),
});

export const userRoutes = [list, create, details] as const;
