import { type RouteId, routeTable } from '../../contract/routes.ts';

const people = new Set(['users', 'roles', 'rights', 'tokens', 'me', 'session', 'invitation', 'password-reset']);
/** Nothing else shows them or depends on them. */
const apart = new Set(['alerts', 'parameters', 'settings', 'privacy', 'erasures']);
const traffic = new Set([
  'events',
  'deliveries',
  'attempts',
  'batches',
  'replays',
  'issues',
  'stats',
  'inbox',
  'traces',
]);
/** Documents with their health and what they hold, which traffic changes. */
const withHealth = new Set(['connections', 'destinations', 'names']);
/** Change with the server alone. */
const constant = new Set(['livez', 'openapi.json']);

/**
 * Whether a change can have changed what a read returned; both by their route ids. A key of the cache that is no route id
 * is always affected, and an import or a restored document affects everything.
 */
export function isAffected(read: unknown, change: RouteId): boolean {
  if (typeof read !== 'string' || !isRoute(read)) return true;
  const [shown, changed] = [resourceOf(read), resourceOf(change)];
  if (constant.has(shown)) return false;
  if (shown === changed || shown === 'audit') return true;
  if (people.has(changed)) return people.has(shown);
  if (apart.has(changed)) return false;
  if (traffic.has(changed)) return traffic.has(shown) || withHealth.has(shown);
  return wide.has(changed) || !(people.has(shown) || apart.has(shown));
}

/** Changes of any kind of document. */
const wide = new Set(['import', 'deleted', 'secrets']);

const isRoute = (text: string): text is RouteId => Object.hasOwn(routeTable, text);

/** The first member of a route's path: `connections` of `/api/v1/connections/{id}`. */
function resourceOf(id: RouteId): string {
  return routeTable[id].path.replace('/api/v1', '').split('/')[1] ?? '';
}
