import type { RequestLoad } from '../../contract/documents/connection.ts';
import { placeOf } from '../../contract/ids.ts';
import type { DueDelivery, Lease } from '../../journal/journal.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { QueueInFlight } from './in-flight.ts';
import type { NodeLimits } from './node-limits.ts';
import type { Pauses } from './pauses/pauses.ts';
import { noLoad } from './request-load.ts';

/** What the other parts of the pipeline use of a dispatcher. */
export type Dispatching = Pick<
  Dispatcher,
  | 'start'
  | 'enqueue'
  | 'wake'
  | 'wakeReplay'
  | 'forgetReplay'
  | 'endPauses'
  | 'isSending'
  | 'inFlight'
  | 'inFlightByQueue'
  | 'waitingFor'
  | 'blockOf'
  | 'loadOf'
  | 'requests'
  | 'depth'
> &
  AsyncDisposable;

/**
 * The dispatchers of the partitions that a node owns, one each, as one. A destination is in the partition of its
 * connection; one that was deleted may be in any. What is of a partition of another node is left to that. They share
 * the limits of the process.
 */
export class Dispatchers implements Dispatching {
  readonly #all = new Map<number, Dispatcher>();
  readonly #create: (lease: Lease, mayAct: () => boolean) => Dispatcher;
  /** Whether no other node can own its partitions now. */
  mayAct = () => true;
  readonly #configuration: Pick<Configuration, 'snapshot'>;
  readonly #pauses: Pick<Pauses, 'end'>;
  readonly #limits: NodeLimits;

  constructor(
    create: (lease: Lease, mayAct: () => boolean) => Dispatcher,
    limits: NodeLimits,
    configuration: Pick<Configuration, 'snapshot'>,
    pauses: Pick<Pauses, 'end'>,
  ) {
    this.#create = create;
    this.#limits = limits;
    this.#configuration = configuration;
    this.#pauses = pauses;
  }

  /** Sends the deliveries of a partition from now on. */
  async open(lease: Lease): Promise<Dispatcher> {
    const dispatcher = this.#create(lease, () => this.mayAct());
    this.#all.set(lease.partition, dispatcher);
    await dispatcher.start();
    return dispatcher;
  }

  /**
   * Ends the dispatcher of a lease, which sends nothing more and waits for what is in flight. That of a later lease of the
   * partition continues.
   */
  async close(lease: Lease): Promise<void> {
    const dispatcher = this.#by(lease);
    await dispatcher?.[Symbol.asyncDispose]();
    if (this.#by(lease) !== undefined) this.#all.delete(lease.partition);
  }

  /** Forgets the deliveries of a lease at once: another node sends them. */
  drop(lease: Lease): void {
    const dispatcher = this.#by(lease);
    if (dispatcher === undefined) return;
    dispatcher.drop();
    this.#all.delete(lease.partition);
  }

  #by(lease: Lease): Dispatcher | undefined {
    const dispatcher = this.#all.get(lease.partition);
    return dispatcher?.lease === lease ? dispatcher : undefined;
  }

  async start(): Promise<void> {
    await Promise.all([...this.#all.values()].map((one) => one.start()));
  }

  /** Deliveries of one plan, which are of one partition. */
  enqueue(deliveries: readonly DueDelivery[]): void {
    const partition = placeOf('delivery', deliveries[0]?.id ?? '')?.partition ?? -1;
    this.#all.get(partition)?.enqueue(deliveries);
  }

  wake(destinationIds: readonly string[], replayId: string | null = null): void {
    for (const id of destinationIds) for (const one of this.#of(id)) one.wake([id], replayId);
  }

  wakeReplay(replayId: string, destinationIds?: readonly string[]): void {
    if (destinationIds === undefined) for (const one of this.#all.values()) one.wakeReplay(replayId);
    for (const id of destinationIds ?? []) for (const one of this.#of(id)) one.wakeReplay(replayId, [id]);
  }

  forgetReplay(replayId: string): void {
    for (const one of this.#all.values()) one.forgetReplay(replayId);
  }

  async endPauses(connectionId: string | null, destinationIds: readonly string[]): Promise<void> {
    const all = [...(connectionId === null ? this.#ofAll(destinationIds) : this.#at(connectionId))];
    for (const one of all) await one.endPauses(connectionId, destinationIds);
    // At a start, no partition is acquired yet; and the pauses are stored for all nodes.
    if (all.length === 0)
      await this.#pauses.end(connectionId === null ? destinationIds : [connectionId, ...destinationIds]);
  }

  isSending(deliveryId: string): boolean {
    return this.#some((one) => one.isSending(deliveryId));
  }

  inFlight(of: { destinationId?: string; replayId?: string } = {}): string[] {
    return [...this.#all.values()].flatMap((one) => one.inFlight(of));
  }

  inFlightByQueue(): QueueInFlight[] {
    return [...this.#all.values()].flatMap((one) => one.inFlightByQueue());
  }

  waitingFor(destinationId: string): DueDelivery[] | null {
    const [one] = this.#of(destinationId);
    return one === undefined ? null : one.waitingFor(destinationId);
  }

  blockOf(of: Parameters<Dispatcher['blockOf']>[0]): ReturnType<Dispatcher['blockOf']> {
    const [one] = this.#of(of.destinationId);
    return one === undefined ? null : one.blockOf(of);
  }

  loadOf(of: { destinationId: string } | { connectionId: string }): RequestLoad {
    const [one] = 'destinationId' in of ? this.#of(of.destinationId) : this.#at(of.connectionId);
    return one === undefined ? noLoad : one.loadOf(of);
  }

  get requests(): number {
    return this.#limits.requests.count;
  }

  depth(): ReturnType<Dispatcher['depth']> {
    const { waiting: inMemory, bytes: heldBytes } = this.#limits.memory;
    const sum = { inMemory, inFlight: 0, heldBytes, queues: 0 };
    for (const one of this.#all.values()) {
      const { inFlight, queues } = one.depth();
      sum.inFlight += inFlight;
      sum.queues += queues;
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ lease }) => this.close(lease)));
  }

  #some(is: (one: Dispatcher) => boolean): boolean {
    return [...this.#all.values()].some(is);
  }

  #at(connectionId: string): Dispatcher[] {
    const one = this.#all.get(this.#configuration.snapshot.partitions.get(connectionId) ?? 0);
    return one === undefined ? [] : [one];
  }

  #of(destinationId: string): Dispatcher[] {
    // Not by its plan, since there is none of a destination that does not compile.
    const destination = this.#configuration.snapshot.documents.destination.get(destinationId);
    return destination === undefined ? [...this.#all.values()] : this.#at(destination.body.connectionId);
  }

  #ofAll(destinationIds: readonly string[]): Iterable<Dispatcher> {
    return new Set(destinationIds.flatMap((id) => this.#of(id)));
  }
}
