import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const account = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/account',
  component: lazyPage(() => import('./account-page.tsx'), 'AccountPage'),
});

export const accountRoutes = [account] as const;
