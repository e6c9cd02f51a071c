import { createRoute } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { choice } from '../../parts/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: z.object({ tab: choice(['appearance', 'system', 'transfer']) }),
  component: lazyPage(() => import('./settings-page.tsx'), 'SettingsPage'),
});

export const settingsRoutes = [settings] as const;
