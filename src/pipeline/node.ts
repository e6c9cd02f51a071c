import { repeated } from '../async/repeated.ts';
import type { Lease } from '../journal/journal.ts';
import { Ownership } from '../ownership/ownership.ts';
import type { Delivering } from './delivering.ts';
import { Dispatchers } from './dispatch/dispatchers.ts';
import { createFire } from './firing.ts';
import { following } from './following.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import { sharedStatus } from './insight/owner-status.ts';
import type { Jobs } from './jobs.ts';
import { Matcher } from './matcher.ts';
import type { ConnectionsOfNode } from './owned-connections.ts';
import type { OwnedPartitions } from './owned-partitions.ts';
import { Partitions } from './partitions.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { serveNodes } from './serve-nodes.ts';
import type { Configuration } from './snapshot/snapshot.ts';

type Context = {
  configuration: Configuration;
  events: DeliveryEvents;
  ownConnections: ConnectionsOfNode;
  jobs: Jobs;
  /** How many partitions the database has. */
  partitionCount: number;
};

/**
 * Works on the partitions that this node owns. It leaves in order when it is disposed: each partition is drained and
 * released, so that another node continues at once.
 */
export function createNode(
  parts: PipelineParts,
  context: Context,
  {
    dispatcher,
    recover,
    effects,
    follow,
    holds,
  }: Pick<Delivering, 'dispatcher' | 'recover' | 'effects' | 'follow' | 'holds'>,
) {
  const { node } = parts;
  if (node === undefined || !(dispatcher instanceof Dispatchers))
    throw new Error('A node has a dispatcher for each partition.');
  const { journal, clock, telemetry, authenticator } = parts;
  const { configuration, events, ownConnections, jobs, partitionCount } = context;
  let wasActing = true;
  const { statuses } = journal.hot;
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
    createMatcher: matchersOf(parts, context, dispatcher, (partition) => partitions.leaseOf(partition)),
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
  const serving = serveNodes(parts, node, context, { status, follow: followOwners, isShared });
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
    commandsOf: serving.commandsOf,
    nodes: () => ownership.nodes,
    roster: () => ownership.roster,
    mayAct: () => ownership.mayAct(),
    problem,
    start: () => ownership.start(),
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]();
      await reading.disposeAsync();
      await ownership.leave();
      await ownership[Symbol.asyncDispose]();
    },
  };
}

/** A matcher of one partition of a node passes deliveries to the owners of the partitions of their connections. */
function matchersOf(
  { journal, clock, random, telemetry }: PipelineParts,
  { configuration, events }: Context,
  dispatcher: Dispatchers,
  leaseOf: (partition: number) => Lease | null,
) {
  return (lease: Lease, passed: OwnedPartitions['passed']): Matcher =>
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
          const other = leaseOf(partition);
          return other === null ? { partition } : { partition, lease: other };
        },
      }),
      dispatcher,
      events,
      acknowledged: 'planned',
      passed,
      telemetry,
    });
}
