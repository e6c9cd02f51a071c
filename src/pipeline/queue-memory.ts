import type { DueDelivery } from '../journal/journal.ts';
import type { DestinationQueue } from './delivery-queue.ts';
import { weightOf } from './weight.ts';

const itemsMost = 20_000;
const queueMost = 2_000;
const queueLeast = 16;
const bytesMost = 128 * 1024 * 1024;

/** What the queues together may hold in memory, by number and by weight; the rest stays in the journal. */
export type QueueMemory = ReturnType<typeof createQueueMemory>;

export function createQueueMemory() {
  let waiting = 0;
  let bytes = 0;
  let queues = 0;

  function forget({ known, orderKeys }: DestinationQueue, { id, orderKey }: DueDelivery) {
    bytes -= known.get(id) ?? 0;
    known.delete(id);
    if (orderKey !== undefined && orderKeys.get(orderKey) === id) orderKeys.delete(orderKey);
  }

  return {
    /** Deliveries that wait in memory. */
    get waiting() {
      return waiting;
    },
    /** What waits or is on the wire weighs more than it should: no queue gets more than it needs to go on. */
    get isHeavy() {
      return bytes > bytesMost;
    },
    /** How many deliveries of one destination may lie in memory: all queues share it. */
    get share() {
      return Math.max(queueLeast, Math.min(queueMost, Math.floor(itemsMost / queues)));
    },
    opened() {
      queues += 1;
    },
    closed() {
      queues -= 1;
    },
    take(queue: DestinationQueue, delivery: DueDelivery) {
      const weight = weightOf(delivery);
      queue.known.set(delivery.id, weight);
      if (delivery.orderKey !== undefined) queue.orderKeys.set(delivery.orderKey, delivery.id);
      queue.items.push(delivery);
      waiting += 1;
      bytes += weight;
      queue.usualBytes = queue.usualBytes === null ? weight : 0.9 * queue.usualBytes + 0.1 * weight;
    },
    /** The next delivery of a queue leaves for the wire: it is known, and weighs, until it is released. */
    start(queue: DestinationQueue): DueDelivery | undefined {
      const delivery = queue.items.shift();
      if (delivery !== undefined) waiting -= 1;
      return delivery;
    },
    release(queue: DestinationQueue, delivery: DueDelivery) {
      forget(queue, delivery);
    },
    /** Forgets what waits in memory: it stays in the journal and is read again later, as it is then. */
    spill(queue: DestinationQueue) {
      for (const item of queue.items) forget(queue, item);
      waiting -= queue.items.length;
      queue.items.length = 0;
      queue.hasMore = true;
      queue.cursor = null;
      if (queue.reading !== null) queue.reading.isStale = true;
    },
  };
}
