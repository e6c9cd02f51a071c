import type { Route } from './route.ts';
import { actionRoutes } from './routes/actions.ts';
import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { behaviorRoutes } from './routes/behaviors.ts';
import { collectorRoutes } from './routes/collectors.ts';
import { connectionRoutes } from './routes/connections.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { destinationRoutes } from './routes/destinations.ts';
import { eventRoutes } from './routes/events.ts';
import { identityRoutes } from './routes/identity.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { issueRoutes } from './routes/issues.ts';
import { operatingRoutes } from './routes/operating.ts';
import { parameterRoutes } from './routes/parameters.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { replayRoutes } from './routes/replays.ts';
import { secretRoutes } from './routes/secrets.ts';
import { settingsRoutes } from './routes/settings.ts';
import { statsRoutes } from './routes/stats.ts';
import { templateRoutes } from './routes/templates.ts';
import { traceRoutes } from './routes/traces.ts';
import { userRoutes } from './routes/users.ts';

/** Everything that the server answers below /api/v1, and the operating routes. Intake and the inbox stand beside it. */
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
 * POSTs whose answers are told once: a repeated Idempotency-Key does not bring them back. What they hold is a secret, or
 * a new key that somebody else may have replaced.
 */
export const toldOnce: ReadonlySet<RouteId> = new Set<RouteId>([
  'rotateCollectorKey',
  'rotateSecrets',
  'setUp',
  'signIn',
  'acceptInvitation',
  'inviteUser',
  'createToken',
  'createMyToken',
]);

/** The same as a list, each with its id. */
export const routes: readonly (Route & { id: RouteId })[] = Object.entries(routeTable).map(([id, one]) => ({
  id: id as RouteId, // the keys of a constant object
  ...one,
}));
