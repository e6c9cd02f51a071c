import { actionHandlers } from './actions.ts';
import { alertHandlers } from './alerts.ts';
import { auditHandlers } from './audit.ts';
import { behaviorHandlers } from './behaviors.ts';
import type { ApiParts, Handlers } from './call.ts';
import { collectorHandlers } from './collectors.ts';
import { connectionHandlers } from './connections.ts';
import { deliveryHandlers } from './deliveries.ts';
import { destinationHandlers } from './destinations.ts';
import type { EventStreams } from './event-stream.ts';
import { eventHandlers } from './events.ts';
import type { InboxHandlers } from './inbox.ts';
import { issueHandlers } from './issues.ts';
import { meHandlers } from './me.ts';
import { operatingHandlers } from './operating.ts';
import { parameterHandlers } from './parameters.ts';
import { privacyHandlers } from './privacy.ts';
import { replayHandlers } from './replays.ts';
import { roleHandlers } from './roles.ts';
import { secretHandlers } from './secrets.ts';
import { settingsHandlers } from './settings.ts';
import { signInHandlers } from './sign-in.ts';
import { statsHandlers } from './stats.ts';
import { templateHandlers } from './templates.ts';
import { tokenHandlers } from './tokens.ts';
import type { TraceHandlers } from './traces.ts';
import { userHandlers } from './users.ts';

/** What stands beside the handlers, because intake and the Inbox feed it. */
export type Beside = {
  streams: EventStreams;
  inbox: InboxHandlers;
  traces: TraceHandlers;
  rejected: Handlers<'listRejectedRequests'>;
  stopping: () => boolean;
};

/** One handler for every route of the table; the type says so. */
export function allHandlers(parts: ApiParts, { streams, inbox, traces, rejected, stopping }: Beside): Handlers {
  return {
    ...connectionHandlers(parts),
    ...destinationHandlers(parts),
    ...actionHandlers(parts),
    ...behaviorHandlers(parts),
    ...collectorHandlers(parts),
    ...parameterHandlers(parts),
    ...eventHandlers(parts, streams),
    ...deliveryHandlers(parts),
    ...issueHandlers(parts),
    ...replayHandlers(parts),
    ...statsHandlers(parts),
    ...alertHandlers(parts),
    ...auditHandlers(parts),
    ...secretHandlers(parts),
    ...settingsHandlers(parts),
    ...privacyHandlers(parts),
    ...templateHandlers(parts),
    ...signInHandlers(parts),
    ...meHandlers(parts),
    ...userHandlers(parts),
    ...roleHandlers(parts),
    ...tokenHandlers(parts),
    ...inbox,
    ...traces,
    ...rejected,
    ...operatingHandlers(parts, stopping),
  };
}
