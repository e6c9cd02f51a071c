import { rightRoutes, roleRoutes } from './accounts/role.ts';
import { identityRoutes } from './accounts/sign-in.ts';
import { tokenRoutes } from './accounts/token.ts';
import { userRoutes } from './accounts/user.ts';
import { actionRoutes } from './documents/action.ts';
import { alertRoutes } from './documents/alert.ts';
import { behaviorRoutes } from './documents/behavior.ts';
import { collectorRoutes } from './documents/collector.ts';
import { connectionRoutes } from './documents/connection.ts';
import { deletedRoutes } from './documents/deleted.ts';
import { destinationRoutes } from './documents/destination.ts';
import { nameRoutes } from './documents/names.ts';
import { parameterRoutes } from './documents/parameter.ts';
import { settingsRoutes } from './documents/settings.ts';
import { templateRoutes } from './documents/template.ts';
import { transferRoutes } from './documents/transfer.ts';
import { operatingRoutes } from './operating.ts';
import { auditRoutes } from './records/audit-routes.ts';
import { deliveryRoutes } from './records/delivery.ts';
import { privacyRoutes } from './records/erasure.ts';
import { eventRoutes } from './records/event.ts';
import { inboxRoutes } from './records/inbox.ts';
import { issueRoutes } from './records/issue.ts';
import { nodeRoutes } from './records/node.ts';
import { replayRoutes } from './records/replay.ts';
import { stateRoutes } from './records/state.ts';
import { statsRoutes } from './records/stats.ts';
import { traceRoutes } from './records/trace.ts';
import type { Route } from './route.ts';
import { secretRoutes } from './sealing.ts';

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
  ...stateRoutes,
  ...nodeRoutes,
  ...statsRoutes,
  ...alertRoutes,
  ...auditRoutes,
  ...secretRoutes,
  ...settingsRoutes,
  ...transferRoutes,
  ...deletedRoutes,
  ...nameRoutes,
  ...privacyRoutes,
  ...identityRoutes,
  ...userRoutes,
  ...roleRoutes,
  ...tokenRoutes,
  ...rightRoutes,
  ...operatingRoutes,
};

export type RouteTable = typeof routeTable;
export type RouteId = keyof RouteTable;

/** Changes of resources without versions, which have no `If-Match`. */
export const unversioned: ReadonlySet<RouteId> = new Set<RouteId>(['endMySession', 'setInboxRule', 'removeInboxRule']);

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
  'completePasswordReset',
  'beginSingleSignOn',
  'completeSingleSignOn',
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
  return method === 'GET' && (/\{\w+\}$/.test(path) || /\/(me|session|settings)$/.test(path));
}
