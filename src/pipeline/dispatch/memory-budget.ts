import type { Event } from '../../contract/records/event.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { batchRecordsOf, countActive, type DestinationQueue, isSuspect, type QueuedDelivery } from './queues.ts';

const deliveriesMax = 20_000;
const queueMax = 2_000;
const queueMin = 16;
/** After so long without a good response, a queue has the least room, until responses widen it again. */
const silenceMs = 1_000;
const roomPerResponse = 4;
const bytesMax = 128 * 1024 * 1024;

/** How much of a queue is in memory: `all`, `more` is being read from the journal, or memory is `full`. */
export type QueueFill = 'more' | 'all' | 'full';

/**
 * The memory of all queues together is bounded by 128 MiB, with the deliveries in flight. Queues also share 20,000
 * places for waiting deliveries, and each has at least 16 of them, so more than 1,250 queues may exceed that number. A queue
 * whose destination does not respond has only those 16: deliveries that wait for long are copied by one garbage collection
 * after the other, which delays the deliveries of all others. Every delivery enters, moves and leaves a queue through this
 * class, so that the sums are right. Deliveries that do not fit stay in the journal.
 */
export class MemoryBudget {
  #waiting = 0;
  #bytes = 0;
  #parts = 0;
  readonly #queueCount: () => number;

  constructor(queueCount: () => number) {
    this.#queueCount = queueCount;
  }

  /** Waiting deliveries. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The bytes are used up: each queue gets the next delivery only when it has none. */
  get isHeavy(): boolean {
    return this.#bytes > bytesMax;
  }

  /** How many deliveries of one queue may wait in memory: all queues share the room. */
  get share(): number {
    return Math.max(queueMin, Math.min(queueMax, Math.floor(deliveriesMax / this.#queueCount())));
  }

  /** The room of a queue: two batches always fit, regardless of bytes. */
  roomOf(queue: DestinationQueue): number {
    const records = batchRecordsOf(queue);
    const room = Math.min(this.share, queue.room);
    return records === 1 ? room : Math.max(room, 2 * records);
  }

  hasRoom(queue: DestinationQueue): boolean {
    return !this.isHeavy && queue.waiting.length + queue.delayed.size < this.roomOf(queue);
  }

  fillOf(queue: DestinationQueue): QueueFill {
    if (this.isHeavy || queue.waiting.length >= this.roomOf(queue)) return 'full';
    return queue.hasMore || queue.reading !== null ? 'more' : 'all';
  }

  /** Whether it is time to read more of a queue from the journal. */
  isRefillDue(queue: DestinationQueue): boolean {
    if (!queue.hasMore || queue.reading !== null) return false;
    if (queue.waiting.length === 0) return true;
    // A batch is assembled from all deliveries that fit in memory.
    const few = batchRecordsOf(queue) === 1 ? this.roomOf(queue) / 4 : this.roomOf(queue) - 1;
    return !this.isHeavy && queue.waiting.length <= few;
  }

  /** Leaves little room to a queue whose destination has not responded well for a while. */
  narrow(queue: DestinationQueue, now: number): void {
    if (queue.silentSince !== null && now - queue.silentSince >= silenceMs) queue.room = queueMin;
  }

  /** Adds a due delivery to the waiting ones. */
  add(queue: DestinationQueue, delivery: DueDelivery): void {
    const one = this.#enter(queue, delivery);
    (isSuspect(delivery) ? queue.suspects : queue.waiting).push(one);
    countActive(queue);
  }

  /** Adds a delivery that is due later; at its time, `call` makes its queue ready. */
  addDelayed(queue: DestinationQueue, delivery: DueDelivery, after: (call: () => void) => () => void): void {
    const one = this.#enter(queue, delivery);
    queue.delayed.add(one);
    one.cancelDelay = after(() => {
      one.cancelDelay = null;
      if (queue.delayed.delete(one)) queue.waiting.push(one);
      countActive(queue);
    });
  }

  #enter(queue: DestinationQueue, delivery: DueDelivery): QueuedDelivery {
    const one: QueuedDelivery = {
      delivery,
      queue,
      bytes: deliveryBytes(delivery),
      slot: -1,
      startedAt: 0,
      request: 0,
      probe: null,
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

  /** Takes a delivery that is sent alone, and drops the others of its ordering key. It keeps its memory until `release`. */
  take(one: QueuedDelivery): void {
    const { waiting, suspects } = one.queue;
    if (waiting[0] === one) waiting.shift();
    else if (suspects[0] === one) suspects.shift();
    else {
      const at = waiting.indexOf(one);
      if (at < 0) throw new Error(`Delivery ${one.delivery.id} does not wait in its queue.`);
      waiting.splice(at, 1);
    }
    this.#waiting -= 1;
    this.#lead(one.queue, [one]);
    countActive(one.queue);
  }

  /** Takes deliveries that share a request, and drops the others of their ordering keys. */
  takeBatch(queue: DestinationQueue, batch: readonly QueuedDelivery[]): void {
    const leaving = new Set(batch);
    queue.waiting = queue.waiting.filter((one) => !leaving.has(one));
    this.#waiting -= batch.length;
    for (const one of batch) one.part = 0;
    this.#lead(queue, batch);
    countActive(queue);
  }

  /**
   * Drops the waiting deliveries with the ordering keys of those that are sent: the journal decides which one is next
   * when these are recorded.
   */
  #lead(queue: DestinationQueue, sent: readonly QueuedDelivery[]): void {
    const { orderKeys, plan } = queue;
    const keys = new Set<number>();
    for (const one of sent) {
      const { orderKey } = one.delivery;
      if (orderKey === undefined || orderKeys.get(orderKey) === one) continue;
      keys.add(orderKey);
      orderKeys.set(orderKey, one);
    }
    // The destination may have lost its order.
    if (keys.size === 0 || plan?.order === null) return;
    queue.waiting = queue.waiting.filter((one) => {
      if (!keys.has(one.delivery.orderKey ?? -1)) return true;
      this.#waiting -= 1;
      this.release(one);
      queue.hasMore = true;
      return false;
    });
  }

  /** Puts sent deliveries back, before all others. `isPart`: they are sent together, and with no others. */
  requeue(queue: DestinationQueue, some: readonly QueuedDelivery[], isPart: boolean): void {
    if (isPart) this.#parts += 1;
    for (const one of some) one.part = isPart ? this.#parts : 0;
    queue.waiting = [...some, ...queue.waiting];
    this.#waiting += some.length;
    countActive(queue);
  }

  /** Removes a delivery from memory. */
  release(one: QueuedDelivery): void {
    const { orderKey } = one.delivery;
    const { orderKeys } = one.queue;
    this.#bytes -= one.bytes;
    if (orderKey !== undefined && orderKeys.get(orderKey) === one) orderKeys.delete(orderKey);
  }

  /** Drops the waiting deliveries from memory: the journal has them, and they are read again later. */
  spill(queue: DestinationQueue): void {
    for (const some of [queue.waiting, queue.suspects, queue.delayed])
      for (const one of some) {
        one.cancelDelay?.();
        this.release(one);
        this.#waiting -= 1;
      }
    queue.waiting = [];
    countActive(queue);
    queue.suspects.length = 0;
    queue.delayed.clear();
    queue.spills += 1;
    queue.hasMore = true;
    queue.cursor = null;
    if (queue.reading !== null) queue.reading.isStale = true;
  }
}

/** The deliveries of a queue that wait in memory, for their turn or for their time. */
export function waitingIn({ waiting, suspects, delayed }: DestinationQueue): DueDelivery[] {
  return [...waiting, ...suspects, ...delayed].map(({ delivery }) => delivery);
}

/** A good response widens the room of its queue. */
export function widen(queue: DestinationQueue): void {
  queue.silentSince = null;
  queue.room += roomPerResponse;
}

/** The estimated memory of an event, in bytes: its text, and an amount per value. Pure. */
export function eventBytes({ data, ext, session }: Event): number {
  return 500 + valueBytes(data) + valueBytes(ext) + valueBytes(session);
}

/** The estimated memory of a delivery with its event and its rendered request. */
export function deliveryBytes({ event, dataText, rendered }: DueDelivery): number {
  return 500 + (event === null ? 0 : eventBytes(event)) + (dataText?.length ?? 0) + (rendered?.body.length ?? 0);
}

/**
 * The estimated memory of a JSON value. Called for every event: it makes no lists of keys, which would be more garbage
 * than the event.
 */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 32 + value.length;
  if (typeof value !== 'object' || value === null) return 32;
  let sum = 64;
  const parts = value as Record<string, unknown>; // JSON objects and lists: both have own enumerable keys
  for (const key in parts) {
    const one = parts[key];
    sum += key.length + (typeof one === 'string' ? 32 + one.length : valueBytes(one));
  }
  return sum;
}
