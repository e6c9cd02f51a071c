import { repeated } from '../async/repeated.ts';
import { type DeliveryCommands, lastingCommands } from './commands/delivery-commands.ts';
import { type AskOwner, commandsOfNode } from './commands/owner-commands.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import { followOtherEvents } from './insight/other-events.ts';
import type { sharedStatus } from './insight/owner-status.ts';
import type { ConnectionsOfNode } from './owned-connections.ts';
import type { NodeParts, PipelineParts } from './pipeline-parts.ts';
import type { Configuration } from './snapshot/snapshot.ts';

/**
 * What a node does for people at other nodes: stores the state of its queues for them, does what they ask of its connections, and
 * shows the events of other nodes to those who follow them here.
 */
export function serveNodes(
  { journal, messages, clock, telemetry, limits }: PipelineParts,
  { pollMs, statusMs }: NodeParts,
  {
    configuration,
    events,
    ownConnections,
  }: { configuration: Configuration; events: DeliveryEvents; ownConnections: ConnectionsOfNode },
  parts: {
    status: Pick<ReturnType<typeof sharedStatus>, 'publish'>;
    /** Reads what other owners do and hold. */
    follow(): Promise<void>;
    /** Whether there are other nodes. */
    isShared(): boolean;
  },
) {
  const { status, follow, isShared } = parts;
  const { failed } = telemetry;
  const serving = new AsyncDisposableStack();
  serving.use(repeated(clock, statusMs, status.publish, (error) => failed(error, 'store the state of queues')));
  serving.use(
    followOtherEvents({
      log: journal.log,
      configuration,
      leases: () => ownConnections.leases(),
      events,
      clock,
      failed: (error) => failed(error, 'read the events of other nodes'),
    }),
  );
  return {
    /** Serves these functions to other nodes, and asks the owner of a connection for them. */
    commandsOf(acts: DeliveryCommands): AskOwner<DeliveryCommands> {
      const asking = commandsOfNode(acts, {
        commands: journal.hot.commands,
        messages,
        lasting: lastingCommands,
        configuration,
        ownConnections,
        clock,
        pollMs,
        publish: status.publish,
        follow,
        failed,
      });
      // At a stop nothing more is taken, and then what was taken is finished.
      serving.defer(() => asking.idle(limits.stopTimeoutMs));
      const serve = async () => {
        // This node may have become the owner of what it asked, and be the last one.
        if (isShared() || asking.isWaiting()) await asking.serve();
      };
      serving.use(repeated(clock, pollMs, serve, (error) => failed(error, 'look for commands of other nodes')));
      return asking.ask;
    },
    [Symbol.asyncDispose]: () => serving.disposeAsync(),
  };
}
