import type { Clock } from '../../async/clock.ts';
import type { Configuration, Snapshot } from '../snapshot/snapshot.ts';
import { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import type { KeptRates } from './kept-rates.ts';
import type { Pauses } from './pauses/pauses.ts';
import type { Pace } from './replay-rates.ts';

type QueuesOptions = {
  configuration: Pick<Configuration, 'snapshot'>;
  pauses: Pick<Pauses, 'untilOf' | 'forget'>;
  clock: Pick<Clock, 'now'>;
  /** What is stored of the rates. */
  rates: Pick<KeptRates, 'of'>;
  /** The rate of a replay, if no other node has a part of it. */
  paceOf?: ((replayId: string) => Pick<Pace, 'budget'> | null) | undefined;
  /** Whether a delivery of the queue is in flight. */
  isInFlight(queue: DestinationQueue): boolean;
  failed(error: unknown, doing: string): void;
};

/** All open queues, with their connections. A queue is opened when it is first needed. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #all = new Map<string, DestinationQueue>();
  readonly #connections = new Map<string, ConnectionQueue>();
  #snapshot: Snapshot | null = null;

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<DestinationQueue> {
    return this.#all.values();
  }

  /** The queue of a destination, or of a replay to it, if it is open. */
  get(destinationId: string, replayId: string | null): DestinationQueue | undefined {
    return this.#all.get(queueKey(destinationId, replayId));
  }

  connection(connectionId: string): ConnectionQueue | undefined {
    return this.#connections.get(connectionId);
  }

  ofReplay(replayId: string): DestinationQueue[] {
    return [...this.#all.values()].filter(({ replay }) => replay?.id === replayId);
  }

  /** The queues of all replays to a destination. */
  replaysTo(destinationId: string): DestinationQueue[] {
    const replays = this.#all.get(destinationId)?.connection.replays?.queues ?? [];
    return [...replays].filter((queue) => queue.destinationId === destinationId);
  }

  /** The queue of a destination, or of a replay to it. `connectionId`: of a deleted destination. */
  open(destinationId: string, connectionId: string, replayId: string | null): DestinationQueue {
    const key = queueKey(destinationId, replayId);
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const queue =
      replayId === null ? this.#openLive(destinationId, connectionId) : this.#openReplay(destinationId, replayId);
    queue.follow(this.refreshPlans().planOf(destinationId));
    this.#all.set(key, queue);
    return queue;
  }

  #openLive(destinationId: string, connectionId: string): DestinationQueue {
    const { pauses, rates } = this.#options;
    const plan = this.refreshPlans().planOf(destinationId);
    const id = plan?.connection.id ?? connectionId;
    const connection = this.#connections.get(id) ?? new ConnectionQueue(id);
    this.#connections.set(id, connection);
    const queue = new DestinationQueue(destinationId, connection);
    connection.budget.keep(() => rates.of(id));
    queue.budget.keep(() => rates.of(destinationId));
    connection.add(queue, this.#options.clock.now());
    connection.budget.quiet(pauses.untilOf(id, plan?.origin ?? ''));
    queue.budget.quiet(pauses.untilOf(destinationId, plan?.origin ?? ''));
    return queue;
  }

  #openReplay(destinationId: string, replayId: string): DestinationQueue {
    const live = this.open(destinationId, '', null);
    const { connection } = live;
    const queue = new DestinationQueue(destinationId, connection, { id: replayId, live });
    const { rates, paceOf } = this.#options;
    paceOf?.(replayId)?.budget.keep(() => rates.of(replayId));
    connection.add(queue, this.#options.clock.now());
    return queue;
  }

  /** Whether none of its deliveries is in memory or in flight, and no reading for it is running. */
  isIdle(queue: DestinationQueue): boolean {
    return queue.isIdle && !this.#options.isInFlight(queue);
  }

  /** Does nothing for a queue that is closed already: replays keep a reference to the live queue of a destination. */
  close(queue: DestinationQueue): void {
    const { connection, destinationId, replay } = queue;
    const key = queueKey(destinationId, replay?.id ?? null);
    if (this.#all.get(key) !== queue) return;
    queue.close();
    this.#all.delete(key);
    if (connection.remove(queue)) this.#connections.delete(connection.connectionId);
  }

  /** Gives every queue its plan of the current configuration, which it returns. */
  refreshPlans(): Snapshot {
    const { snapshot } = this.#options.configuration;
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot;
      // Without the new plan of its destination, a queue keeps the old one for its limits; its attempts fail.
      for (const queue of this.#all.values())
        try {
          queue.follow(snapshot.planOf(queue.destinationId));
        } catch (error) {
          this.#options.failed(error, 'apply the change of a destination');
        }
    }
    return snapshot;
  }

  /** The new origin of a changed connection applies once the connection has nothing in flight. */
  findOrigin(connection: ConnectionQueue): void {
    if (!connection.findOrigin()) return;
    this.#options.pauses.forget([connection.connectionId, ...[...connection.queues].map((one) => one.destinationId)]);
    for (const { budget } of [connection, ...connection.all()]) budget.forgetPeer();
  }

  /** Whether a destination responded well a short time ago. */
  isWell(destinationId: string, now: number): boolean {
    const { breaker, plan } = this.get(destinationId, null) ?? {};
    return plan != null && breaker?.isWell(now, plan.breaker) === true;
  }
}

/** The key of the queue of a destination, or of a replay to it. */
export function queueKey(destinationId: string, replayId: string | null): string {
  return replayId === null ? destinationId : `${replayId} ${destinationId}`;
}
