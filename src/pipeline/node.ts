import { repeated } from '../async/repeated.ts';
import { Ownership } from '../ownership/ownership.ts';
import type { Delivering } from './delivering.ts';
import { Dispatchers } from './dispatch/dispatchers.ts';
import { createFire } from './firing.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import { Matcher } from './matcher.ts';
import { Partitions } from './partitions.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Configuration } from './snapshot/snapshot.ts';

/**
 * Works on the partitions that this node owns. It leaves in order when it is disposed: each partition is drained and
 * released, so that another node continues at once.
 */
export function createNode(
  { journal, clock, random, telemetry, node }: PipelineParts,
  { configuration, events }: { configuration: Configuration; events: DeliveryEvents },
  { dispatcher, recover }: Pick<Delivering, 'dispatcher' | 'recover'>,
) {
  if (node === undefined || !(dispatcher instanceof Dispatchers))
    throw new Error('A node has a dispatcher for each partition.');
  let wasActing = true;
  const partitions: Partitions = new Partitions({
    configuration,
    journal,
    dispatchers: dispatcher,
    recover,
    createMatcher: (lease, passed) =>
      new Matcher({
        journal,
        lease,
        clock,
        // Ordered deliveries take the way of those of other partitions, or they would overtake them.
        fire: createFire({
          configuration,
          clock,
          random,
          passTo({ connectionId, orderKey }) {
            const partition = configuration.snapshot.partitions.get(connectionId) ?? 0;
            return partition === lease.partition && orderKey === undefined ? null : partition;
          },
        }),
        dispatcher,
        events,
        passed,
        telemetry,
      }),
    events,
    clock,
    pollMs: node.pollMs,
    mayAct: () => ownership.mayAct(),
    failed: telemetry.failedOften,
  });
  const ownership: Ownership = new Ownership({
    leases: journal.hot.leases,
    work: partitions,
    node: node.name,
    count: node.partitions,
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
  });
  dispatcher.mayAct = () => {
    const is = ownership.mayAct();
    wasActing &&= is;
    return is;
  };
  const following = repeated(clock, node.followMs, configuration.follow, (error) =>
    telemetry.failed(error, 'follow the configuration'),
  );
  return {
    matcher: partitions,
    owned: partitions,
    start: () => ownership.start(),
    async [Symbol.asyncDispose]() {
      await following[Symbol.asyncDispose]();
      await ownership.leave();
      await ownership[Symbol.asyncDispose]();
    },
  };
}
