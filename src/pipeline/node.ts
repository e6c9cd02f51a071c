import { repeated } from '../async/repeated.ts';
import { Ownership } from '../ownership/ownership.ts';
import { type DeliveryCommands, lastingCommands } from './commands/delivery-commands.ts';
import { type AskOwner, commandsOfNode } from './commands/owner-commands.ts';
import type { Delivering } from './delivering.ts';
import { Dispatchers } from './dispatch/dispatchers.ts';
import { createFire } from './firing.ts';
import { following } from './following.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import { followOtherEvents } from './insight/other-events.ts';
import { sharedStatus } from './insight/owner-status.ts';
import type { Jobs } from './jobs.ts';
import { Matcher } from './matcher.ts';
import type { ConnectionsOfNode } from './owned-connections.ts';
import { Partitions } from './partitions.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Configuration } from './snapshot/snapshot.ts';

/**
 * Works on the partitions that this node owns. It leaves in order when it is disposed: each partition is drained and
 * released, so that another node continues at once.
 */
export function createNode(
  { journal, messages, clock, random, telemetry, authenticator, limits, node }: PipelineParts,
  context: {
    configuration: Configuration;
    events: DeliveryEvents;
    ownConnections: ConnectionsOfNode;
    jobs: Jobs;
    /** How many partitions the database has. */
    partitionCount: number;
  },
  {
    dispatcher,
    recover,
    effects,
    follow,
    holds,
  }: Pick<Delivering, 'dispatcher' | 'recover' | 'effects' | 'follow' | 'holds'>,
) {
  if (node === undefined || !(dispatcher instanceof Dispatchers))
    throw new Error('A node has a dispatcher for each partition.');
  const { configuration, events, ownConnections, jobs, partitionCount } = context;
  let wasActing = true;
  const { statuses, commands } = journal.hot;
  const status = sharedStatus({ configuration, statuses, ownConnections, dispatcher, authenticator });
  const followOwners = async () => {
    await Promise.all([follow(), status.follow()]);
  };
  const partitions: Partitions = new Partitions({
    configuration,
    journal,
    dispatchers: dispatcher,
    ownConnections,
    jobs,
    async follow() {
      await configuration.follow();
      await Promise.all([
        followOwners(),
        holds.followEnds(),
        authenticator.follow((id) => ownConnections.leaseOf(id) !== null),
      ]);
    },
    status,
    recover,
    effects,
    createMatcher: (lease, passed) =>
      new Matcher({
        journal,
        lease,
        clock,
        // Ordered deliveries take the way of those of other nodes, or they would overtake them.
        fire: createFire({
          configuration,
          clock,
          random,
          passTo({ connectionId, orderKey }) {
            const partition = configuration.snapshot.partitions.get(connectionId) ?? 0;
            if (orderKey !== undefined) return { partition };
            if (partition === lease.partition) return null;
            const other = partitions.leaseOf(partition);
            return other === null ? { partition } : { partition, lease: other };
          },
        }),
        dispatcher,
        events,
        acknowledged: 'planned',
        passed,
        telemetry,
      }),
    events,
    clock,
    // Without another node nothing is passed that this process does not know.
    pollMs: () => (isShared() ? node.pollMs : node.followMs),
    mayAct: () => ownership.mayAct(),
    failed: telemetry.failedOften,
  });
  const ownership: Ownership = new Ownership({
    leases: journal.hot.leases,
    work: partitions,
    node: node.name,
    count: partitionCount,
    clock,
    monotonic: node.monotonic,
    ttlMs: node.ttlMs,
    everyMs: node.everyMs,
    telemetry,
    renewed() {
      events.emit('alive');
      // Nothing was sent while the heartbeat was over.
      if (!wasActing) void dispatcher.start().catch((error) => telemetry.failed(error, 'read deliveries'));
      wasActing = true;
    },
    lostWrites(lost) {
      telemetry.writesLost(lost);
      events.emit('writesLost', lost);
    },
  });
  const isShared = () => ownership.roster.nodes.length > 1;
  dispatcher.mayAct = () => {
    const is = ownership.mayAct();
    wasActing &&= is;
    return is;
  };
  const { failed } = telemetry;
  const reading = new AsyncDisposableStack();
  const { problem } = reading.use(
    following(clock, node.followMs, 'the stored configuration', () => configuration.follow(), failed),
  );
  reading.use(
    repeated(clock, node.statusMs, followOwners, (error) => failed(error, 'follow what other nodes do and hold')),
  );
  const serving = new AsyncDisposableStack();
  serving.use(
    repeated(clock, node.statusMs, status.publish, (error) => telemetry.failed(error, 'store the state of queues')),
  );
  serving.use(
    followOtherEvents({
      log: journal.log,
      configuration,
      leases: () => ownConnections.leases(),
      events,
      clock,
      failed: (error) => telemetry.failed(error, 'read the events of other nodes'),
    }),
  );
  return {
    matcher: partitions,
    ownPartitions: partitions,
    /** What is shown of all queues. */
    shown: {
      dispatcher: {
        ...status,
        wake: dispatcher.wake.bind(dispatcher),
        endPauses: dispatcher.endPauses.bind(dispatcher),
      },
      authenticator: { ...status, endPause: authenticator.endPause },
    },
    /** Serves these functions to other nodes, and asks the owner of a connection for them. */
    commandsOf(acts: DeliveryCommands): AskOwner<DeliveryCommands> {
      const { pollMs } = node;
      const { failed } = telemetry;
      const asking = commandsOfNode(acts, {
        commands,
        messages,
        lasting: lastingCommands,
        configuration,
        ownConnections,
        clock,
        pollMs,
        publish: status.publish,
        follow: followOwners,
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
    nodes: () => ownership.nodes,
    roster: () => ownership.roster,
    mayAct: () => ownership.mayAct(),
    problem,
    start: () => ownership.start(),
    async [Symbol.asyncDispose]() {
      await serving.disposeAsync();
      await reading.disposeAsync();
      await ownership.leave();
      await ownership[Symbol.asyncDispose]();
    },
  };
}
