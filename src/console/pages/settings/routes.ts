import { createRoute } from '@tanstack/react-router';
import { choice, search } from '../../parts/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: search({ tab: choice(['appearance', 'system', 'transfer']) }),
  component: lazyPage(() => import('./settings-page.tsx'), 'SettingsPage'),
});

export const settingsRoutes = [settings] as const;
