import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/data-collection',
  validateSearch: search({ ...listSearch, status: choice(['enabled', 'disabled']) }),
  component: lazyPage(() => import('./collectors-page.tsx'), 'CollectorsPage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/data-collection/new',
  component: lazyPage(() => import('./new-collector-page.tsx'), 'NewCollectorPage'),
});

const parameters = createRoute({
  getParentRoute: parent,
  path: '/data-collection/parameters',
  validateSearch: search({
    ...listSearch,
    offered: choice(['true', 'false']),
    seen: choice(['true', 'false']),
    /** The one that is open beside the list. */
    parameter: textSearch,
  }),
  component: lazyPage(() => import('./parameters-page.tsx'), 'ParametersPage'),
});

const rejected = createRoute({
  getParentRoute: parent,
  path: '/data-collection/rejected',
  validateSearch: search({ ...listSearch, keys: choice(['unknown', 'known']) }),
  component: lazyPage(() => import('./rejected-requests.tsx'), 'RejectedPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/data-collection/$collectorId',
  validateSearch: search({ ...listSearch, tab: choice(['send', 'details', 'rejected', 'versions']) }),
  component: lazyPage(() => import('./collector-page.tsx'), 'CollectorPage'),
});

export const dataCollectionRoutes = [list, create, parameters, rejected, details] as const;
