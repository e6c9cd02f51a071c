import type { DueDelivery } from '../../journal/journal.ts';
import { deliveryBytes } from '../accept/size-estimate.ts';
import { batchRecordsOf, type DestinationQueue, isSuspect, type QueuedDelivery } from './queues.ts';

const deliveriesMax = 20_000;
const queueMax = 2_000;
const queueMin = 16;
const bytesMax = 128 * 1024 * 1024;

/**
 * What all queues together have in memory: 20,000 deliveries that wait and 128 MiB, in flight included. Every delivery
 * enters, moves and leaves a queue here, so that the sums are right. What finds no room stays in the journal.
 */
export class MemoryBudget {
  #waiting = 0;
  #bytes = 0;
  #queues = 0;

  /** Deliveries that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The bytes are used up: each queue gets the next delivery only when it has none. */
  get isHeavy(): boolean {
    return this.#bytes > bytesMax;
  }

  /** How many deliveries of one queue may wait in memory: all queues share the room. */
  get share(): number {
    return Math.max(queueMin, Math.min(queueMax, Math.floor(deliveriesMax / this.#queues)));
  }

  /** The same for a queue: two batches always have room, bytes aside. */
  roomOf(queue: DestinationQueue): number {
    const records = batchRecordsOf(queue);
    return records === 1 ? this.share : Math.max(this.share, 2 * records);
  }

  hasRoom(queue: DestinationQueue): boolean {
    return !this.isHeavy && queue.waiting.length + queue.delayed.size < this.roomOf(queue);
  }

  openQueue(): void {
    this.#queues += 1;
  }

  closeQueue(): void {
    this.#queues -= 1;
  }

  /** A delivery that is due waits from now on. */
  add(queue: DestinationQueue, delivery: DueDelivery): void {
    const one = this.#enter(queue, delivery);
    (isSuspect(delivery) ? queue.suspects : queue.waiting).push(one);
  }

  /** One that is due later waits for its time; `call` then makes its queue ready. */
  addDelayed(queue: DestinationQueue, delivery: DueDelivery, after: (call: () => void) => () => void): void {
    const one = this.#enter(queue, delivery);
    queue.delayed.add(one);
    one.cancelDelay = after(() => {
      one.cancelDelay = null;
      if (queue.delayed.delete(one)) queue.waiting.push(one);
    });
  }

  #enter(queue: DestinationQueue, delivery: DueDelivery): QueuedDelivery {
    const one: QueuedDelivery = {
      delivery,
      queue,
      bytes: deliveryBytes(delivery),
      slot: -1,
      startedAt: 0,
      isProbe: false,
      spills: 0,
      part: 0,
      cancelDelay: null,
      batchKey: null,
    };
    if (delivery.orderKey !== undefined) queue.orderKeys.set(delivery.orderKey, one);
    this.#waiting += 1;
    this.#bytes += one.bytes;
    return one;
  }

  /** It leaves alone: it keeps its memory until `release`. */
  take(one: QueuedDelivery): void {
    const { waiting, suspects } = one.queue;
    if (waiting[0] === one) waiting.shift();
    else if (suspects[0] === one) suspects.shift();
    else waiting.splice(waiting.indexOf(one), 1);
    this.#waiting -= 1;
  }

  /**
   * The same for many that leave together. Others with their ordering keys are dropped: whose turn it is then is for the
   * journal to say, when these are recorded.
   */
  takeBatch(queue: DestinationQueue, batch: readonly QueuedDelivery[]): void {
    const leaving = new Set(batch);
    const keys = new Set(batch.flatMap(({ delivery }) => delivery.orderKey ?? []));
    const staying: QueuedDelivery[] = [];
    for (const one of queue.waiting) {
      const { orderKey } = one.delivery;
      if (leaving.has(one)) this.#waiting -= 1;
      else if (orderKey !== undefined && keys.has(orderKey)) {
        this.#waiting -= 1;
        this.release(one);
        queue.hasMore = true;
      } else staying.push(one);
    }
    queue.waiting = staying;
    for (const one of batch) {
      one.part = 0;
      if (one.delivery.orderKey !== undefined) queue.orderKeys.set(one.delivery.orderKey, one);
    }
  }

  /** What left waits again, before all others. `part`: it leaves with those of the same number; 0: with any. */
  requeue(queue: DestinationQueue, some: readonly QueuedDelivery[], part: number): void {
    for (const one of some) one.part = part;
    queue.waiting = [...some, ...queue.waiting];
    this.#waiting += some.length;
  }

  /** It is in memory no longer. */
  release(one: QueuedDelivery): void {
    const { orderKey } = one.delivery;
    const { orderKeys } = one.queue;
    this.#bytes -= one.bytes;
    if (orderKey !== undefined && orderKeys.get(orderKey) === one) orderKeys.delete(orderKey);
  }

  /** Drops what waits in memory: the journal has it, and it is read again as it is then. */
  spill(queue: DestinationQueue): void {
    for (const some of [queue.waiting, queue.suspects, queue.delayed])
      for (const one of some) {
        one.cancelDelay?.();
        this.release(one);
        this.#waiting -= 1;
      }
    queue.waiting = [];
    queue.suspects.length = 0;
    queue.delayed.clear();
    queue.spills += 1;
    queue.hasMore = true;
    queue.cursor = null;
    if (queue.reading !== null) queue.reading.isStale = true;
  }
}

/** The deliveries of a queue that wait in memory: for their turn, or for their time. */
export function waitingIn({ waiting, suspects, delayed }: DestinationQueue): DueDelivery[] {
  return [...waiting, ...suspects, ...delayed].map(({ delivery }) => delivery);
}
