import { createRoute } from '@tanstack/react-router';
import { listSearch, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/settings/roles',
  validateSearch: search(listSearch),
  component: lazyPage(() => import('./roles-page.tsx'), 'RolesPage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/settings/roles/new',
  component: lazyPage(() => import('./new-role-page.tsx'), 'NewRolePage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/settings/roles/$roleId',
  component: lazyPage(() => import('./role-page.tsx'), 'RolePage'),
});

export const roleRoutes = [list, create, details] as const;
