import { createRoute } from '@tanstack/react-router';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deliveries',
  /** `from` and `until` count with `range=custom` alone. */
  validateSearch: search({
    ...listSearch,
    by: choice(['text', 'visitor']),
    status: textSearch,
    action: textSearch,
    connection: textSearch,
    destination: textSearch,
    error: textSearch,
    reason: textSearch,
    code: textSearch,
    slower: textSearch,
    replay: textSearch,
    recovered: choice(['true', 'false']),
    batch: textSearch,
    test: choice(['true', 'false']),
    range: choice(['15m', '1h', '24h', '7d', 'custom']),
    from: textSearch,
    until: textSearch,
  }),
  component: lazyPage(() => import('./deliveries-page.tsx'), 'DeliveriesPage'),
});

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deliveries/$deliveryId',
  validateSearch: search({ attempt: textSearch }),
  component: lazyPage(() => import('./delivery-page.tsx'), 'DeliveryPage'),
});

export const deliveryRoutes = [list, details] as const;
