import { createRoute } from '@tanstack/react-router';
import { chartTimeSearch, choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/connections',
  validateSearch: search({
    ...listSearch,
    status: choice(['enabled', 'paused', 'disabled', 'held', 'needs_attention']),
    auth: choice(['none', 'basic', 'bearer', 'oauth2']),
    used: choice(['used', 'unused']),
    // The connection whose editor was just left with Done.
    done: textSearch,
  }),
  component: lazyPage(() => import('./connections-page.tsx'), 'ConnectionsPage'),
});

const types = createRoute({
  getParentRoute: parent,
  path: '/connections/new',
  validateSearch: search({ filter: textSearch }),
  component: lazyPage(() => import('./new/connection-type-page.tsx'), 'ConnectionTypePage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/connections/new/webhook',
  // A preset, or the connection to duplicate.
  validateSearch: search({ preset: textSearch, from: textSearch }),
  component: lazyPage(() => import('./new/new-connection-page.tsx'), 'NewConnectionPage'),
});

const curl = createRoute({
  getParentRoute: parent,
  path: '/connections/new/curl',
  component: lazyPage(() => import('./curl/curl-page.tsx'), 'CurlPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/connections/$connectionId',
  validateSearch: search({
    ...listSearch,
    tab: choice(['details', 'destinations', 'activity', 'usedBy', 'versions']),
    ...chartTimeSearch,
    // The path of the first destination, taken from a pasted URL.
    path: textSearch,
  }),
  component: lazyPage(() => import('./connection-page.tsx'), 'ConnectionPage'),
});

/** `destinationId` is an id, or `new`. */
const destination = createRoute({
  getParentRoute: parent,
  path: '/connections/$connectionId/destinations/$destinationId',
  validateSearch: search({
    tab: choice(['request', 'event', 'check', 'response']),
    eventId: textSearch,
    actionId: textSearch,
    test: textSearch,
    versions: choice(['open']),
    // A new destination may begin with a pasted command.
    from: choice(['curl']),
    path: textSearch,
  }),
  component: lazyPage(() => import('../destinations/destination-page.tsx'), 'DestinationPage'),
});

export const connectionRoutes = [list, types, create, curl, details, destination] as const;
