import { createRoute } from '@tanstack/react-router';
import { transferKinds } from '../../../contract/documents/transfer-kinds.ts';
import { choice, listSearch, search } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: search({
    ...listSearch,
    tab: choice(['appearance', 'system', 'network', 'transfer', 'deleted']),
    kind: choice(transferKinds),
  }),
  component: lazyPage(() => import('./settings-page.tsx'), 'SettingsPage'),
});

const privacy = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/privacy',
  component: lazyPage(() => import('./privacy-page.tsx'), 'PrivacyPage'),
});

export const settingsRoutes = [settings, privacy] as const;
