import type { Route } from './route.ts';
import { actionRoutes } from './routes/documents/actions.ts';
import { alertRoutes } from './routes/documents/alerts.ts';
import { behaviorRoutes } from './routes/documents/behaviors.ts';
import { collectorRoutes } from './routes/documents/collectors.ts';
import { connectionRoutes } from './routes/documents/connections.ts';
import { destinationRoutes } from './routes/documents/destinations.ts';
import { parameterRoutes } from './routes/documents/parameters.ts';
import { settingsRoutes } from './routes/documents/settings.ts';
import { templateRoutes } from './routes/documents/templates.ts';
import { identityRoutes } from './routes/identity.ts';
import { operatingRoutes } from './routes/operating.ts';
import { auditRoutes } from './routes/records/audit.ts';
import { deliveryRoutes } from './routes/records/deliveries.ts';
import { eventRoutes } from './routes/records/events.ts';
import { inboxRoutes } from './routes/records/inbox.ts';
import { issueRoutes } from './routes/records/issues.ts';
import { privacyRoutes } from './routes/records/privacy.ts';
import { replayRoutes } from './routes/records/replays.ts';
import { statsRoutes } from './routes/records/stats.ts';
import { traceRoutes } from './routes/records/traces.ts';
import { secretRoutes } from './routes/secrets.ts';
import { userRoutes } from './routes/users.ts';

/** Every route below /api/v1, and the operating routes. Intake and the Inbox have routes of their own. */
export const routeTable = {
  ...connectionRoutes,
  ...destinationRoutes,
  ...templateRoutes,
  ...actionRoutes,
  ...behaviorRoutes,
  ...collectorRoutes,
  ...parameterRoutes,
  ...eventRoutes,
  ...traceRoutes,
  ...deliveryRoutes,
  ...issueRoutes,
  ...replayRoutes,
  ...inboxRoutes,
  ...statsRoutes,
  ...alertRoutes,
  ...auditRoutes,
  ...secretRoutes,
  ...settingsRoutes,
  ...privacyRoutes,
  ...identityRoutes,
  ...userRoutes,
  ...operatingRoutes,
};

export type RouteTable = typeof routeTable;
export type RouteId = keyof RouteTable;

/**
 * POSTs whose response is returned once: a repeated Idempotency-Key does not return it again. It contains a secret, or
 * a key that may have been replaced since.
 */
export const notRepeatable: ReadonlySet<RouteId> = new Set<RouteId>([
  'rotateCollectorKey',
  'rotateSecrets',
  'setUp',
  'signIn',
  'acceptInvitation',
  'createUser',
  'inviteUser',
  'createToken',
  'createMyToken',
]);

/** The routes as a list, each with its id. */
export const routes: readonly (Route & { id: RouteId })[] = Object.entries(routeTable).map(([id, one]) => ({
  id: id as RouteId, // the keys of a constant object
  ...one,
}));

/** Whether a route returns a single resource, so that its response has an ETag: a resource by id, or the caller. */
export function isSingleResource({ method, path }: Pick<Route, 'method' | 'path'>): boolean {
  return method === 'GET' && (/\{\w+\}$/.test(path) || /\/(me|session)$/.test(path));
}
