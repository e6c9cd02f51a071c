import { AppError } from '../contract/errors.ts';
import { type EndedSource, type Journal, type Lease, PartitionLost, type TakenDelivery } from '../journal/journal.ts';
import type { PartitionWork } from '../ownership/ownership.ts';
import type { ChangeEffects } from './dispatch/change-effects.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { Dispatchers } from './dispatch/dispatchers.ts';
import type { DeliveryEvents } from './insight/delivery-events.ts';
import type { Jobs } from './jobs.ts';
import type { IncomingRequest, Matcher } from './matcher.ts';
import { newDelivery } from './new-delivery.ts';
import type { ConnectionsOfNode } from './owned-connections.ts';
import type { OwnedPartitions } from './owned-partitions.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { ReceivePassed } from './receive-passed.ts';
import { orderedDestinations } from './replay/replay-step.ts';
import type { Configuration } from './snapshot/snapshot.ts';

type Options = {
  configuration: Pick<Configuration, 'snapshot' | 'follow'>;
  journal: Pick<Journal, 'hot'>;
  dispatchers: Dispatchers;
  ownConnections: ConnectionsOfNode;
  jobs: Pick<Jobs, 'acquired' | 'ended'>;
  /** Reads what other nodes have stored. */
  follow(): Promise<void>;
  /** What this node stores for the others. */
  status: { begin(lease: Lease): Promise<void> };
  /** For the deliveries that were in flight when the last owner died. */
  recover(lease: Lease): Promise<void>;
  /** What is saved and not yet applied to stored deliveries. */
  effects: Pick<ChangeEffects, 'start'>;
  createMatcher(lease: Lease, passed: OwnedPartitions['passed']): Matcher;
  events: Pick<DeliveryEvents, 'emit'>;
  clock: PipelineParts['clock'];
  pollMs(): number;
  mayAct(): boolean;
  failed(error: unknown, doing: string): void;
};

/** What works on one partition. */
type Working = { lease: Lease; matcher: Matcher; dispatcher: Dispatcher; receivePassed: ReceivePassed };

/**
 * The work of a node on the partitions that it owns: each has a matcher, a dispatcher, and receives what other
 * partitions have planned for it. Events go to the first of them. It begins with a partition when the node has acquired
 * it, and ends when the node gives it away or has lost it.
 */
export class Partitions implements PartitionWork, OwnedPartitions {
  readonly #options: Options;
  readonly #working = new Map<number, Working>();
  /** Those that are not lost, from the beginning of the work on. A partition can be lost and taken again during it. */
  readonly #held = new Map<number, Lease>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Like `Matcher.accept`. Throws AppError `unavailable` while the node owns no partition. */
  async accept(request: IncomingRequest): Promise<string[]> {
    for (const one of this.#inTurn()) {
      const { matcher, lease } = one;
      if (!this.#options.mayAct()) break;
      if (this.#working.get(lease.partition) !== one) continue; // given away while others refused
      const ids = await matcher.accept(request).catch((error) => {
        if (error instanceof PartitionLost) return null; // nothing is stored
        throw error;
      });
      if (ids !== null) return ids;
    }
    throw new AppError('unavailable', 'This node owns no partition at the moment. Send the request again.');
  }

  lease(): Lease {
    const [first] = this.#inTurn();
    if (first === undefined) throw new AppError('unavailable', 'This node owns no partition at the moment.');
    return first.lease;
  }

  leases(): Lease[] {
    return this.#inTurn().map(({ lease }) => lease);
  }

  leaseOf(partition: number): Lease | null {
    return this.#working.get(partition)?.lease ?? null;
  }

  passed(deliveries: readonly { partition: number }[]): void {
    for (const { partition } of deliveries) this.#working.get(partition)?.receivePassed.wake();
  }

  /** Events that wait in memory for their turn. */
  get depth(): number {
    let depth = 0;
    for (const { matcher } of this.#working.values()) depth += matcher.depth;
    return depth;
  }

  async acquired(lease: Lease): Promise<void> {
    this.#held.set(lease.partition, lease);
    try {
      await this.#begin(lease);
    } catch (error) {
      this.lost(lease);
      throw error;
    }
  }

  async #begin(lease: Lease): Promise<void> {
    const { configuration, journal, clock, pollMs, recover, createMatcher, dispatchers, failed } = this.#options;
    const { ownConnections, follow, status, effects } = this.#options;
    await follow();
    if (!this.#isHeld(lease)) return;
    ownConnections.begin(lease);
    await status.begin(lease);
    await recover(lease);
    await journal.hot.followClock(lease, clock.now(), 0);
    if (!this.#isHeld(lease)) return;
    const dispatcher = await dispatchers.open(lease);
    await effects.start();
    if (!this.#isHeld(lease)) return;
    const matcher = createMatcher(lease, (deliveries) => this.passed(deliveries));
    const taken = (deliveries: readonly TakenDelivery[], ended: readonly EndedSource[]) =>
      this.#taken(dispatcher, deliveries, ended);
    const receivePassed = new ReceivePassed({ configuration, journal, lease, clock, pollMs, taken, failed });
    this.#working.set(lease.partition, { lease, matcher, dispatcher, receivePassed });
    await matcher.start();
    receivePassed.wake();
    if (this.#isHeld(lease)) await this.#options.jobs.acquired(lease);
  }

  async drain(lease: Lease): Promise<void> {
    const { partition } = lease;
    const working = this.#working.get(partition);
    this.#working.delete(partition);
    await Promise.all([
      this.#options.jobs.ended(lease),
      working?.matcher[Symbol.asyncDispose](),
      working?.receivePassed[Symbol.asyncDispose](),
    ]);
    await this.#options.dispatchers.close(lease);
    this.#options.ownConnections.end(lease);
    if (this.#isHeld(lease)) this.#held.delete(partition);
  }

  lost(lease: Lease): void {
    if (!this.#isHeld(lease)) return;
    const { partition } = lease;
    this.#held.delete(partition);
    const working = this.#working.get(partition);
    const { jobs, failed } = this.#options;
    void jobs.ended(lease).catch((error) => failed(error, 'end what another node does now'));
    this.#options.ownConnections.end(lease);
    this.#working.delete(partition);
    working?.receivePassed.drop();
    void working?.matcher[Symbol.asyncDispose]();
    this.#options.dispatchers.drop(lease);
  }

  #isHeld(lease: Lease): boolean {
    return this.#held.get(lease.partition) === lease;
  }

  #inTurn(): Working[] {
    return [...this.#working.values()].sort((a, b) => a.lease.partition - b.lease.partition);
  }

  async #taken(
    dispatcher: Dispatcher,
    deliveries: readonly TakenDelivery[],
    ended: readonly EndedSource[],
  ): Promise<void> {
    const { events, failed } = this.#options;
    try {
      const planned = deliveries.map((one) => {
        const delivery = newDelivery(one.id, one, one.eventId, null);
        return one.replayId === undefined ? delivery : { ...delivery, replayId: one.replayId };
      });
      events.emit('planned', planned);
      for (const of of ended) events.emit('ended', of, { status: 'cancelled' }, 1);
    } catch (error) {
      failed(error, 'report passed deliveries');
    }
    for (const [replayId, some] of Map.groupBy(deliveries, ({ replayId }) => replayId))
      if (replayId === undefined) dispatcher.readMore(some);
      else dispatcher.wakeReplay(replayId, [...new Set(some.map(({ destinationId }) => destinationId))]);
    dispatcher.wake(orderedDestinations(ended));
  }
}
