import { createRoute } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { choice, listSearch, textSearch } from '../../parts/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const parent = () => shellRoute;

const list = createRoute({
  getParentRoute: parent,
  path: '/connections',
  validateSearch: z.extend(listSearch, { status: choice(['enabled', 'paused', 'disabled']) }),
  component: lazyPage(() => import('./connections-page.tsx'), 'ConnectionsPage'),
});

const types = createRoute({
  getParentRoute: parent,
  path: '/connections/new',
  component: lazyPage(() => import('./connection-type-page.tsx'), 'ConnectionTypePage'),
});

const create = createRoute({
  getParentRoute: parent,
  path: '/connections/new/webhook',
  component: lazyPage(() => import('./new-connection-page.tsx'), 'NewConnectionPage'),
});

const details = createRoute({
  getParentRoute: parent,
  path: '/connections/$connectionId',
  validateSearch: z.extend(listSearch, { tab: choice(['details', 'destinations']) }),
  component: lazyPage(() => import('./connection-page.tsx'), 'ConnectionPage'),
});

/** `destinationId` is an id, or `new`. */
const destination = createRoute({
  getParentRoute: parent,
  path: '/connections/$connectionId/destinations/$destinationId',
  validateSearch: z.object({
    tab: choice(['request', 'event', 'check', 'response']),
    eventId: textSearch,
    actionId: textSearch,
  }),
  component: lazyPage(() => import('../studio/destination-page.tsx'), 'DestinationPage'),
});

export const connectionRoutes = [list, types, create, details, destination] as const;
