import { type Clock, setTimer } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import { type DestinationQueue, isSuspect } from './destination-queue.ts';
import type { InFlight } from './in-flight.ts';
import { type MemoryBudget, smallBytes } from './memory-budget.ts';
import type { Readings } from './node-limits.ts';
import type { Cursor, Reading } from './stored-part.ts';

type Found = Awaited<ReturnType<DeliveryQueue['due']>>;

type RefillOptions = {
  journal: Pick<DeliveryQueue, 'due'>;
  lease: Lease;
  clock: Clock;
  memory: MemoryBudget;
  readings: Readings;
  inFlight: Pick<InFlight, 'of'>;
  failed(error: unknown, doing: string): void;
  /** The queue may have deliveries to send. */
  resume(queue: DestinationQueue): void;
  /** A reading of the queue has ended. */
  loaded(queue: DestinationQueue): void;
};

/**
 * Reads deliveries from the journal into memory, when a queue has room or when their time comes. A reading continues where
 * the previous one ended, and starts over after the end. A failed reading is repeated after 1 s, doubling to 30 s.
 */
export class Refill implements AsyncDisposable {
  readonly #options: RefillOptions;
  #running = 0;
  #isStopping = false;
  #stopped: (() => void) | null = null;

  constructor(options: RefillOptions) {
    this.#options = options;
  }

  /** Reads more of a queue; `isProbe`: one delivery is enough. */
  async load(queue: DestinationQueue, isProbe: boolean): Promise<void> {
    queue.stored.requestReading();
    this.#running += 1;
    try {
      await this.#options.readings.run(() => this.#read(queue, isProbe));
      queue.stored.readingSucceeded();
    } catch (error) {
      this.#options.failed(error, 'read deliveries');
      this.refillAt(queue, this.#options.clock.now() + queue.stored.readingFailed());
    } finally {
      queue.stored.endReading();
      this.#running -= 1;
      if (this.#running === 0) this.#stopped?.();
    }
    this.#options.loaded(queue);
  }

  /** Begins no more readings, and waits for those that run: the storage is closed next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#stopped = resolve));
  }

  /** Begins no more readings. */
  drop(): void {
    this.#isStopping = true;
  }

  /** Decides what to read when its turn has come: others may have filled the memory since, and the queue have changed. */
  async #read(queue: DestinationQueue, isProbe: boolean): Promise<void> {
    const { journal, lease, clock, memory } = this.#options;
    if (this.#isStopping || memory.mustWaitToRead(queue)) return;
    const { reading, cursor } = queue.stored.beginReading();
    // Of unknown deliveries, only small ones.
    const bytesMax = memory.isFull ? smallBytes : undefined;
    const limit = isProbe ? 1 : this.#limitOf(queue);
    const except = cursor === null ? [...this.#idsInMemory(queue)] : [];
    const found = await journal.due({
      partition: lease.partition,
      destinationId: queue.destinationId,
      replayId: queue.replay?.id ?? null,
      now: clock.now(),
      limit,
      inOrder: isOrdered(queue),
      followers: sharesOrderKeys(queue) && !isProbe ? limit : 0,
      bytesMax,
      eventOf: (id) => memory.eventOf(id),
      ...(cursor === null ? { except } : { after: cursor }),
    });
    if (bytesMax !== undefined && found.isCut && found.due.length === 0)
      queue.stored.learnNextBytes(Number.POSITIVE_INFINITY);
    if (!reading.isStale) this.#take(queue, reading, found, { cursor, except });
  }

  #limitOf(queue: DestinationQueue): number {
    return this.#options.memory.isHeavy ? 1 : Math.ceil(this.#options.memory.roomOf(queue) / 2);
  }

  #take(
    queue: DestinationQueue,
    reading: Reading,
    { due: found, followers, isCut, nextDueAt }: Found,
    { cursor, except }: { cursor: Cursor | null; except: readonly string[] },
  ) {
    const known = this.#idsInMemory(queue);
    const free = this.#freeKeys(queue, found, known);
    const seen = this.#takeDue(queue, found, reading, known);
    // Followers are added only when all deliveries before them are in memory and none of those has been sent.
    if (seen === found.length) this.#takeFollowers(queue, followers, free, known);
    // Deliveries that were settled during the reading may be due again, which the next reading shows.
    if (except.some((id) => reading.settled.has(id))) queue.stored.more();
    const isMore = isCut || seen < found.length;
    if (isMore) queue.stored.continueAt(cursorAt(found[seen - 1]) ?? cursor);
    else if (cursor !== null) queue.stored.more();
    else if (nextDueAt !== null) this.refillAt(queue, nextDueAt);
  }

  /** Returns how many were examined before memory was full. */
  #takeDue(
    queue: DestinationQueue,
    found: readonly DueDelivery[],
    { settled }: Reading,
    known: ReadonlySet<string>,
  ): number {
    for (const [index, delivery] of found.entries()) {
      // A later delivery of its key was sent before a person retried this one: it is read again when that one is
      // settled.
      const { orderKey } = delivery;
      const mustWait = isOrdered(queue) && orderKey !== undefined && queue.orderKeys.has(orderKey);
      if (settled.has(delivery.id)) queue.stored.more();
      else if (!known.has(delivery.id) && !mustWait) {
        if (!this.#options.memory.admits(queue, delivery)) return index;
        queue.stored.read(delivery);
        this.#options.memory.add(queue, delivery);
      }
    }
    return found.length;
  }

  /** The ordering keys whose first deliveries are among those found: their followers may be sent in the same batch. */
  #freeKeys(queue: DestinationQueue, found: readonly DueDelivery[], known: ReadonlySet<string>): Set<number> {
    const free = new Set<number>();
    if (!isOrdered(queue)) return free;
    for (const delivery of found) {
      const { id, orderKey } = delivery;
      if (orderKey === undefined || isSuspect(delivery) || queue.orderKeys.has(orderKey) || known.has(id)) continue;
      free.add(orderKey);
    }
    return free;
  }

  #takeFollowers(
    queue: DestinationQueue,
    followers: readonly DueDelivery[],
    free: ReadonlySet<number>,
    known: ReadonlySet<string>,
  ) {
    const passed = new Set<number>();
    for (const one of followers) {
      const { orderKey } = one;
      if (orderKey === undefined || !free.has(orderKey) || passed.has(orderKey)) continue;
      if (this.#options.memory.isHeavy || isSuspect(one) || !queue.orderKeys.has(orderKey) || known.has(one.id))
        passed.add(orderKey);
      else {
        queue.stored.read(one);
        this.#options.memory.add(queue, one);
      }
    }
  }

  #idsInMemory(queue: DestinationQueue): Set<string> {
    const ids = new Set<string>();
    for (const some of [queue.waiting, queue.suspects, queue.delayed, this.#options.inFlight.of(queue)])
      for (const { delivery } of some) ids.add(delivery.id);
    return ids;
  }

  /** Reads the journal again after an error in sending a delivery, in 1 s, doubling to 30 s. */
  refillAfterError(queue: DestinationQueue): void {
    this.refillAt(queue, this.#options.clock.now() + queue.attemptFailed());
  }

  /** Reads the journal again at `at`. */
  refillAt(queue: DestinationQueue, at: number): void {
    if (this.#isStopping) return;
    setTimer(queue.stored.timer, at, this.#options.clock, () => {
      queue.stored.more();
      this.#options.resume(queue);
    });
  }
}

const isOrdered = ({ plan }: DestinationQueue): boolean => plan !== null && plan.order !== null;

/**
 * Whether deliveries of one ordering key may share a request. Where its response can reject one of them alone, the
 * later ones would overtake that one.
 */
const sharesOrderKeys = ({ plan }: DestinationQueue): boolean =>
  plan !== null && plan.order !== null && plan.batchRecords > 1 && !plan.readsItems;

function cursorAt(delivery: DueDelivery | undefined): Cursor | null {
  return delivery?.dueAt == null ? null : { dueAt: delivery.dueAt, id: delivery.id };
}
