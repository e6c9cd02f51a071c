import { createRoute } from '@tanstack/react-router';
import { chartTimeSearch, choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const step = choice(['basics', 'rules', 'sources', 'destinations']);

const list = createRoute({
  getParentRoute: parent,
  path: '/actions',
  validateSearch: search({
    ...listSearch,
    status: choice(['enabled', 'disabled']),
    connection: textSearch,
    destination: textSearch,
    behavior: textSearch,
  }),
  component: lazyPage(() => import('./actions-page.tsx'), 'ActionsPage'),
});

/** `scenario` and `from` (the id of an action to copy) say what a new action begins with. */
const create = createRoute({
  getParentRoute: parent,
  path: '/actions/new',
  validateSearch: search({ step, scenario: textSearch, from: textSearch, destination: textSearch }),
  component: lazyPage(() => import('./action-editor-pages.tsx'), 'NewActionPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/actions/$actionId',
  validateSearch: search({
    ...listSearch,
    ...chartTimeSearch,
    tab: choice(['overview', 'deliveries', 'versions', 'used', 'yaml']),
  }),
  component: lazyPage(() => import('./action-page.tsx'), 'ActionPage'),
});

const edit = createRoute({
  getParentRoute: parent,
  path: '/actions/$actionId/edit',
  validateSearch: search({ step }),
  component: lazyPage(() => import('./action-editor-pages.tsx'), 'EditActionPage'),
});

export const actionRoutes = [list, create, details, edit] as const;
