import { createRoute } from '@tanstack/react-router';
import { search, textSearch } from '../../parts/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const overview = createRoute({
  getParentRoute: parent,
  path: '/docs',
  component: lazyPage(() => import('./overview-page.tsx'), 'OverviewPage'),
});

const templates = createRoute({
  getParentRoute: parent,
  path: '/docs/templates',
  component: lazyPage(() => import('./templates-page.tsx'), 'TemplatesPage'),
});

const recipes = createRoute({
  getParentRoute: parent,
  path: '/docs/recipes',
  component: lazyPage(() => import('./recipes-page.tsx'), 'RecipesPage'),
});

const shortcuts = createRoute({
  getParentRoute: parent,
  path: '/docs/shortcuts',
  component: lazyPage(() => import('./shortcuts-page.tsx'), 'ShortcutsPage'),
});

const errors = createRoute({
  getParentRoute: parent,
  path: '/docs/errors',
  component: lazyPage(() => import('./errors-page.tsx'), 'ErrorsPage'),
});

const reference = createRoute({
  getParentRoute: parent,
  path: '/docs/api',
  validateSearch: search({ filter: textSearch, open: textSearch }),
  component: lazyPage(() => import('./api-page.tsx'), 'ApiPage'),
});

const changelog = createRoute({
  getParentRoute: parent,
  path: '/docs/changelog',
  component: lazyPage(() => import('./changelog-page.tsx'), 'ChangelogPage'),
});

export const docsRoutes = [overview, templates, recipes, shortcuts, errors, reference, changelog] as const;
