import type { Event } from '../../contract/records/event.ts';
import { textBytes } from '../../contract/value-bytes.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { batchRecordsOf, type DestinationQueue, type QueuedDelivery } from './destination-queue.ts';
import { deliveryBytes } from './estimated-bytes.ts';
import { SharedEvents } from './shared-events.ts';

const deliveriesMax = 20_000;
const queueMax = 2_000;
const queueMin = 16;
/**
 * After so long without a good response, or twice the usual time of its receiver, a queue has the least room, until
 * responses widen it again.
 */
const silenceMs = 1_000;
const bytesMax = 128 * 1024 * 1024;
/** Up to here, what can be sent at once is read for empty queues. */
const readBytesMax = 144 * 1024 * 1024;
/** Up to here, requests are sent. */
const sendBytesMax = 192 * 1024 * 1024;
/** Of the exchanges in flight, beside these bytes: 4,000 over TLS. */
const exchangeBytesMax = 256 * 1024 * 1024;
/** An exchange in flight with its socket and its buffers, without the bodies. */
const tlsExchangeBytes = 64 * 1024;
const plainExchangeBytes = 14 * 1024;
/** A request of this size is sent at any time, so that large ones that hang do not delay it. */
export const smallBytes = 16 * 1024;

/** How much of a queue is in memory: `all`, `more` is being read from the journal, or memory is `full`. */
export type QueueFill = 'more' | 'all' | 'full';

/**
 * The memory of all queues together is bounded: waiting deliveries, those in flight and their requests. From 128 MiB on it
 * is heavy: a queue is read only when it is empty and its next delivery can be sent at once, up to 144 MiB, and requests
 * are sent up to 192 MiB. Beyond that, only small ones are read and sent; the others wait in turn until requests have
 * ended. While none is in flight, one is always sent. A large event counts once, however many deliveries it has. Memory is
 * heavy, too, while the exchanges in flight (sockets and TLS, without the bodies) take 256 MiB.
 *
 * Queues also share 20,000 places for waiting deliveries, and each has at least 16 of them, and twice as many as it has
 * requests in flight, up to 2,000: responses come faster than the journal is read. So they may exceed that number. A
 * queue whose destination does not respond has only those 16: deliveries that wait for long are copied by one garbage
 * collection after the other, which delays the deliveries of all others. Every delivery enters, moves and leaves a
 * queue through this class, so that the sums are right. Deliveries that do not fit stay in the journal.
 */
export class MemoryBudget {
  #waiting = 0;
  #bytes = 0;
  /** The part of it for requests in flight. */
  #sendingBytes = 0;
  #exchangeBytes = 0;
  #parts = 0;
  readonly #events = new SharedEvents();
  /** The queues of each dispatcher. */
  readonly #sharing = new Set<{ readonly size: number }>();

  /** The queues of one more dispatcher share the room. */
  join(queues: { readonly size: number }): void {
    this.#sharing.add(queues);
  }

  leave(queues: { readonly size: number }): void {
    this.#sharing.delete(queues);
  }

  /** Waiting deliveries. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The estimated memory of all deliveries with their events and requests. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The same of the exchanges in flight, without the bodies. */
  get exchangeBytes(): number {
    return this.#exchangeBytes;
  }

  /** The bytes are used up, but for the reserve. */
  get isHeavy(): boolean {
    return this.#bytes > bytesMax || this.#exchangeBytes > exchangeBytesMax;
  }

  /** No more than small deliveries are read. */
  get isFull(): boolean {
    return this.#isOver(readBytesMax);
  }

  #isOver(bytes: number): boolean {
    return this.#bytes > bytes && this.#sendingBytes > 0;
  }

  /** Whether the request of these waiting deliveries must wait until memory is free. */
  mustWait(some: QueuedDelivery | readonly QueuedDelivery[]): boolean {
    return this.#isOver(sendBytesMax) && [some].flat().reduce((sum, one) => sum + one.requestBytes, 0) > smallBytes;
  }

  /** Whether an empty queue must wait until memory is free, since its next delivery is known to be large. */
  mustWaitToRead(queue: DestinationQueue): boolean {
    return this.isFull && queue.stored.nextBytes > smallBytes;
  }

  /** Whether a delivery that was read from the journal may be added. */
  admits(queue: DestinationQueue, delivery: DueDelivery): boolean {
    if (queue.isClosed) return false;
    if (!this.isHeavy) return true;
    const eventBytes = this.#events.has(delivery) ? 0 : this.#events.bytesOf(delivery);
    queue.stored.learnNextBytes(deliveryBytes(delivery) + eventBytes);
    return queue.waiting.length === 0 && !this.mustWaitToRead(queue);
  }

  /** An event that is in memory. */
  eventOf(eventId: string): Event | undefined {
    return this.#events.get(eventId);
  }

  /** How many deliveries of one queue may wait in memory: all queues share the room. */
  get share(): number {
    let queues = 0;
    for (const { size } of this.#sharing) queues += size;
    return Math.max(queueMin, Math.min(queueMax, Math.floor(deliveriesMax / queues)));
  }

  /** The room of a queue: two batches always fit, regardless of bytes. */
  roomOf(queue: DestinationQueue): number {
    const records = batchRecordsOf(queue);
    const room = Math.min(Math.max(this.share, Math.min(queueMax, 2 * queue.requests)), queue.room);
    return records === 1 ? room : Math.max(room, 2 * records);
  }

  hasRoom(queue: DestinationQueue): boolean {
    return !this.isHeavy && !queue.isClosed && queue.waiting.length + queue.delayed.size < this.roomOf(queue);
  }

  fillOf(queue: DestinationQueue): QueueFill {
    if (this.isHeavy || queue.waiting.length >= this.roomOf(queue)) return 'full';
    return queue.stored.hasMore || queue.stored.reading !== null ? 'more' : 'all';
  }

  /** Whether it is time to read more of a queue from the journal. */
  isRefillDue(queue: DestinationQueue): boolean {
    if (!queue.stored.hasMore || queue.stored.reading !== null) return false;
    if (queue.waiting.length === 0) return true;
    // A batch is assembled from all deliveries that fit in memory.
    const few = batchRecordsOf(queue) === 1 ? this.roomOf(queue) / 4 : this.roomOf(queue) - 1;
    return !this.isHeavy && queue.waiting.length <= few;
  }

  /** Leaves little room to a queue whose destination has not responded well for a while. */
  narrow(queue: DestinationQueue, now: number): void {
    const usualMs = queue.concurrency.timeMs ?? 0;
    const isSilent = queue.silentSince !== null && now - queue.silentSince >= Math.max(silenceMs, 2 * usualMs);
    if (isSilent) queue.narrow(queueMin);
  }

  /** Adds a due delivery to the waiting ones. */
  add(queue: DestinationQueue, delivery: DueDelivery): void {
    queue.add(this.#enter(queue, delivery));
  }

  /** Adds a delivery that is due later; at its time, `call` makes its queue ready. */
  addDelayed(queue: DestinationQueue, delivery: DueDelivery, after: (call: () => void) => () => void): void {
    const one = this.#enter(queue, delivery);
    queue.delay(one);
    one.cancelDelay = after(() => {
      one.cancelDelay = null;
      queue.undelay(one);
    });
  }

  #enter(queue: DestinationQueue, delivery: DueDelivery): QueuedDelivery {
    const eventBytes = this.#events.bytesOf(delivery);
    this.#bytes += this.#events.add(delivery, eventBytes);
    const one: QueuedDelivery = {
      delivery,
      queue,
      bytes: deliveryBytes(delivery),
      eventBytes,
      requestBytes: requestBytesOf(delivery, eventBytes),
      exchangeBytes: 0,
      isCharged: false,
      slot: -1,
      startedAt: 0,
      request: 0,
      probe: null,
      spills: 0,
      part: 0,
      cancelDelay: null,
      batchKey: null,
    };
    this.#waiting += 1;
    this.#bytes += one.bytes;
    return one;
  }

  /** Takes a delivery that is sent alone, and drops the others of its ordering key. It keeps its memory until `release`. */
  take(one: QueuedDelivery): void {
    const { queue } = one;
    const leaving = queue.take(one);
    this.#waiting -= 1;
    one.exchangeBytes = exchangeBytesOf(queue);
    this.#charge(one);
    this.#drop(leaving);
  }

  /** Takes deliveries that share a request, and drops the others of their ordering keys. */
  takeBatch(queue: DestinationQueue, batch: readonly QueuedDelivery[]): void {
    const leaving = queue.takeBatch(batch);
    this.#waiting -= batch.length;
    for (const one of batch) one.part = 0;
    const [first] = batch;
    if (first !== undefined) first.exchangeBytes = exchangeBytesOf(queue);
    for (const one of batch) this.#charge(one);
    this.#drop(leaving);
  }

  /** Puts sent deliveries back, before all others. `isPart`: they are sent together, and with no others. */
  requeue(queue: DestinationQueue, some: readonly QueuedDelivery[], isPart: boolean): void {
    if (isPart) this.#parts += 1;
    for (const one of some) {
      one.part = isPart ? this.#parts : 0;
      this.#uncharge(one);
    }
    queue.putBack(some);
    this.#waiting += some.length;
  }

  /** Drops the waiting deliveries from memory: the journal has them, and they are read again later. */
  spill(queue: DestinationQueue): void {
    this.#drop(queue.spill());
  }

  /** Waiting deliveries have left their queue. */
  #drop(some: readonly QueuedDelivery[]): void {
    for (const one of some) {
      this.release(one);
      this.#waiting -= 1;
    }
  }

  /** Removes a delivery from memory. */
  release(one: QueuedDelivery): void {
    this.#uncharge(one);
    this.#bytes -= one.bytes + this.#events.remove(one.delivery, one.eventBytes);
    one.queue.forget(one);
  }

  #charge(one: QueuedDelivery): void {
    one.isCharged = true;
    this.#sendingBytes += one.requestBytes;
    this.#bytes += one.requestBytes;
    this.#exchangeBytes += one.exchangeBytes;
  }

  #uncharge(one: QueuedDelivery): void {
    if (!one.isCharged) return;
    one.isCharged = false;
    this.#sendingBytes -= one.requestBytes;
    this.#bytes -= one.requestBytes;
    this.#exchangeBytes -= one.exchangeBytes;
    one.exchangeBytes = 0;
  }
}

function exchangeBytesOf({ plan }: DestinationQueue): number {
  return plan?.origin.startsWith('https:') ? tlsExchangeBytes : plainExchangeBytes;
}

/** The text of a request that is not rendered yet is about as long as its event. It is in memory twice while it is sent. */
function requestBytesOf({ rendered }: DueDelivery, eventBytes: number): number {
  return 2 * (rendered === null ? eventBytes : textBytes(rendered.body));
}

/** The deliveries of a queue that wait in memory, for their turn or for their time. */
export function waitingIn({ waiting, suspects, delayed }: DestinationQueue): DueDelivery[] {
  return [...waiting, ...suspects, ...delayed].map(({ delivery }) => delivery);
}
