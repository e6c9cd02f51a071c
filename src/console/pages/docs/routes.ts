import { createRoute } from '@tanstack/react-router';
import { search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const overview = createRoute({
  getParentRoute: parent,
  path: '/docs',
  component: lazyPage(() => import('./overview-page.tsx'), 'OverviewPage'),
});

const shortcuts = createRoute({
  getParentRoute: parent,
  path: '/docs/shortcuts',
  component: lazyPage(() => import('./shortcuts-page.tsx'), 'ShortcutsPage'),
});

const reference = createRoute({
  getParentRoute: parent,
  path: '/docs/api',
  validateSearch: search({ filter: textSearch, open: textSearch }),
  component: lazyPage(() => import('./api-page.tsx'), 'ApiPage'),
});

const document = createRoute({
  getParentRoute: parent,
  path: '/docs/$name',
  component: lazyPage(() => import('./doc-page.tsx'), 'DocPage'),
});

export const docsRoutes = [overview, shortcuts, reference, document] as const;
