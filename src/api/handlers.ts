import type { FormerKeys } from '../intake/former-keys.ts';
import type { RejectedIntake } from '../intake/rejected-requests.ts';
import { meHandlers } from './accounts/me.ts';
import { roleHandlers } from './accounts/roles.ts';
import { signInHandlers } from './accounts/sign-in.ts';
import { singleSignOnHandlers } from './accounts/single-sign-on.ts';
import { tokenHandlers } from './accounts/tokens.ts';
import { userHandlers } from './accounts/users.ts';
import type { ApiParts, Handlers } from './call/call.ts';
import { actionHandlers } from './documents/actions.ts';
import { alertHandlers } from './documents/alerts.ts';
import { behaviorHandlers } from './documents/behaviors.ts';
import { collectorHandlers } from './documents/collectors.ts';
import { connectionHandlers } from './documents/connections.ts';
import { deletedHandlers } from './documents/deleted.ts';
import { destinationHandlers } from './documents/destinations.ts';
import { nameHandlers } from './documents/names.ts';
import { parameterHandlers } from './documents/parameters.ts';
import { settingsHandlers } from './documents/settings.ts';
import { templateHandlers } from './documents/templates.ts';
import { transferHandlers } from './documents/transfer.ts';
import { operatingHandlers } from './operating/health.ts';
import { type Inbox, inboxHandlers } from './operating/inbox.ts';
import { secretHandlers } from './operating/key-rotation.ts';
import { nodeHandlers } from './operating/nodes.ts';
import { auditHandlers } from './records/audit.ts';
import { deliveryHandlers } from './records/deliveries.ts';
import { privacyHandlers } from './records/erasures.ts';
import type { EventStreams } from './records/event-stream.ts';
import { eventHandlers } from './records/events.ts';
import { issueHandlers } from './records/issues.ts';
import { rejectedHandlers } from './records/rejected-requests.ts';
import { replayHandlers } from './records/replays.ts';
import { statsHandlers } from './records/statistics.ts';
import { type Traces, traceHandlers } from './records/traces.ts';

/** Parts created outside the handlers, because intake and the Inbox use them too. */
type ShownExtras = {
  streams: EventStreams;
  inbox: Inbox;
  traces: Traces;
  rejected: Pick<RejectedIntake, 'flush'>;
  keys: Pick<FormerKeys, 'usedAt'>;
  /** Aborted when a stop begins. */
  draining: AbortSignal;
};

/** One handler for every route of the table, enforced by the type. */
export function allHandlers(
  parts: ApiParts,
  { streams, inbox, traces, rejected, keys, draining }: ShownExtras,
): Handlers {
  return {
    ...connectionHandlers(parts),
    ...destinationHandlers(parts),
    ...actionHandlers(parts),
    ...behaviorHandlers(parts),
    ...collectorHandlers(parts, keys),
    ...parameterHandlers(parts),
    ...eventHandlers(parts, streams),
    ...deliveryHandlers(parts),
    ...issueHandlers(parts),
    ...replayHandlers(parts),
    ...statsHandlers(parts),
    ...alertHandlers(parts),
    ...auditHandlers(parts),
    ...secretHandlers(parts),
    ...nodeHandlers(parts),
    ...settingsHandlers(parts),
    ...transferHandlers(parts),
    ...deletedHandlers(parts),
    ...nameHandlers(parts),
    ...privacyHandlers(parts),
    ...templateHandlers(parts),
    ...signInHandlers(parts),
    ...singleSignOnHandlers(parts),
    ...meHandlers(parts),
    ...userHandlers(parts),
    ...roleHandlers(parts),
    ...tokenHandlers(parts),
    ...inboxHandlers(parts, inbox),
    ...traceHandlers(parts, traces),
    ...rejectedHandlers(parts, rejected),
    ...operatingHandlers(parts, draining),
  };
}
