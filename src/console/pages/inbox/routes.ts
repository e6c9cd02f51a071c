import { createRoute } from '@tanstack/react-router';
import { listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  /** `inbox` is the name of one, `request` the id of the one that is open. */
  validateSearch: search({ ...listSearch, inbox: textSearch, request: textSearch }),
  component: lazyPage(() => import('./inbox-page.tsx'), 'InboxPage'),
});

export const inboxRoutes = [list] as const;
