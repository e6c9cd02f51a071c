import type { DueDelivery } from '../../journal/journal.ts';
import { weightOf } from '../accept/size-estimate.ts';
import type { DestinationQueue } from './destination-queue.ts';

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
    /** The same for a queue: what makes up two batches has room, as long as it is not too heavy. */
    roomOf({ records }: DestinationQueue): number {
      return records === 1 ? this.share : Math.max(this.share, 2 * records);
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
    },
    /** The next delivery of a queue leaves for the wire: it is known, and weighs, until it is released. */
    start(queue: DestinationQueue): DueDelivery | undefined {
      const delivery = queue.items.shift();
      if (delivery !== undefined) waiting -= 1;
      return delivery;
    },
    /** The same for many at once. */
    startAll(queue: DestinationQueue, deliveries: readonly DueDelivery[]) {
      const leaving = new Set(deliveries);
      // Whether it is the turn of the next ones of their keys is for the journal to say when these are recorded.
      const keys = new Map(deliveries.flatMap(({ orderKey, id }) => (orderKey === undefined ? [] : [[orderKey, id]])));
      for (const one of queue.items)
        if (one.orderKey !== undefined && keys.has(one.orderKey) && !leaving.has(one)) {
          forget(queue, one);
          queue.parts.delete(one.id);
          queue.hasMore = true;
          leaving.add(one);
        }
      for (const [key, id] of keys) queue.orderKeys.set(key, id);
      const staying = queue.items.filter((one) => !leaving.has(one));
      waiting -= queue.items.length - staying.length;
      queue.items.length = 0;
      for (const one of staying) queue.items.push(one);
      for (const { id } of deliveries) queue.parts.delete(id);
    },
    /** What left for the wire waits again, before the others. */
    takeBack(queue: DestinationQueue, deliveries: readonly DueDelivery[], part: number | null) {
      const others = queue.items.splice(0);
      for (const one of deliveries) queue.items.push(one);
      for (const one of others) queue.items.push(one);
      waiting += deliveries.length;
      if (part !== null) for (const { id } of deliveries) queue.parts.set(id, part);
    },
    release(queue: DestinationQueue, delivery: DueDelivery) {
      if (!queue.resting.has(delivery.id)) forget(queue, delivery);
    },
    mayRest(queue: DestinationQueue): boolean {
      return !this.isHeavy && queue.items.length + queue.resting.size < this.roomOf(queue);
    },
    /** What left for the wire waits again until its time has come: it stays known. */
    rest(queue: DestinationQueue, delivery: DueDelivery, cancel: () => void) {
      queue.resting.set(delivery.id, { delivery, cancel });
      waiting += 1;
    },
    wake({ resting, items }: DestinationQueue, id: string) {
      const one = resting.get(id);
      if (one !== undefined && resting.delete(id)) items.push(one.delivery);
    },
    /** Forgets what waits in memory: it stays in the journal and is read again later, as it is then. */
    spill(queue: DestinationQueue) {
      for (const item of queue.items) forget(queue, item);
      for (const { delivery, cancel } of queue.resting.values()) {
        cancel();
        forget(queue, delivery);
      }
      waiting -= queue.items.length + queue.resting.size;
      queue.items.length = 0;
      queue.resting.clear();
      queue.parts.clear();
      queue.spills += 1;
      queue.hasMore = true;
      queue.cursor = null;
      if (queue.reading !== null) queue.reading.isStale = true;
    },
  };
}

/** Whether nothing of a queue lies in the journal alone. */
export function isAllInMemory({ hasMore, reading, cursor, wakeAt }: DestinationQueue): boolean {
  return !hasMore && reading === null && cursor === null && wakeAt === Number.POSITIVE_INFINITY;
}

/** What waits in memory: for its turn, or for its time. */
export function waitingIn({ items, resting }: DestinationQueue): DueDelivery[] {
  return [...items, ...Array.from(resting.values(), ({ delivery }) => delivery)];
}
